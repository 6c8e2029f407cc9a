"""Instances start from an image of their own architecture, and from no other."""

import pytest

from cutover import architectures
from cutover.owned import TEMPLATE, Owned
from cutover.refusal import Refusal

X86 = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
ARM = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"


@pytest.mark.parametrize(
    ("type_is", "image_is"), [(("arm64",), "x86_64"), (("x86_64",), "arm64"), (("i386", "x86_64"), "arm64"), ((), "x")]
)
def test_another_architecture_is_refused_with_both(type_is: tuple[str, ...], image_is: str) -> None:
    with pytest.raises(Refusal) as refused:
        architectures.refuse_mismatch("m7g.large", type_is, "ami-1", image_is, "do that")
    assert refused.value.problem.startswith("instances could not start: m7g.large is")
    assert refused.value.seen.endswith(f"machine image ami-1 ({image_is})")
    assert refused.value.next_step == "do that"


def test_one_of_several_that_a_type_has_will_do() -> None:
    architectures.refuse_mismatch("t2.micro", ("i386", "x86_64"), "ami-1", "x86_64", "")
    architectures.refuse_mismatch("m7g.large", ("arm64",), "ami-1", "arm64", "")


def test_the_parameter_of_the_other_architecture_is_named_where_its_name_is_known() -> None:
    assert architectures.of_other(X86, "x86_64", ("arm64",)) == ARM
    assert architectures.of_other(ARM, "arm64", ("x86_64",)) == X86
    assert architectures.of_other("/shop/image", "x86_64", ("arm64",)) == ""
    assert architectures.of_other(ARM, "arm64", ("i386", "x86_64")) == ""


def test_a_release_that_has_its_image_needs_another_release_as_well() -> None:
    kept = architectures.remedy("amber", "1.0.0", X86, ARM, is_kept=True)
    assert f"write `machineImage: {ARM}` for {X86} there" in kept
    assert "1.0.0 keeps the image that it was first built with: pulumi config set release RELEASE -s amber" in kept
    new = architectures.remedy("amber", "1.0.0", X86, "", is_kept=False)
    assert new.endswith(f"another `machineImage` for {X86} there, then pulumi preview -s amber")


def test_what_a_colour_is_built_of_is_what_its_launch_template_says() -> None:
    template = Owned("amber", TEMPLATE, {"instanceType": "m7i.large", "imageId": "ami-1"})
    assert architectures.built("amber", [template]) == ("m7i.large", "ami-1")
    assert architectures.built("violet", [template]) == ("", "")
    assert architectures.built("amber", [Owned("amber", TEMPLATE, {})]) == ("", "")
