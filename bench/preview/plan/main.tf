# The three resources of a tag-in, and nothing else. The variables are what bench/preview sets.
variable "active" { type = string }
variable "name" { type = string }
variable "zone_id" { type = string }
variable "targets" { type = map(object({ name = string, zone_id = string })) }

resource "aws_route53_record" "live" {
  for_each       = var.targets
  zone_id        = var.zone_id
  name           = var.name
  type           = "A"
  set_identifier = each.key
  alias {
    name                   = each.value.name
    zone_id                = each.value.zone_id
    evaluate_target_health = false
  }
  weighted_routing_policy {
    weight = each.key == var.active ? 100 : 0
  }
}

resource "aws_ssm_parameter" "in_charge" {
  name           = "/${var.name}/in-charge"
  type           = "String"
  insecure_value = jsonencode({ colour = var.active })
  depends_on     = [aws_route53_record.live]
}
