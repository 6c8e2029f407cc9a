"""What all unit tests share: nothing but speed."""

import gc


def pytest_collection_finish() -> None:
    """What has been imported stays, and is a lot: garbage is not looked for in it again and again."""
    gc.collect()
    gc.freeze()
