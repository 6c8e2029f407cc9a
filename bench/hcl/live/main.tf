# A tag-in as OpenTofu's users lay it out: a weighted pair for each name. The variables are what bench/open_tofu.py sets.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {}

variable "active" { type = string }
variable "names" { type = list(string) }
variable "zone_id" { type = string }
variable "targets" { type = map(object({ name = string, zone_id = string })) }

locals {
  pairs = { for pair in setproduct(var.names, keys(var.targets)) : "${pair[0]}-${pair[1]}" => pair }
}

resource "aws_route53_record" "live" {
  for_each       = local.pairs
  zone_id        = var.zone_id
  name           = each.value[0]
  type           = "A"
  set_identifier = each.value[1]
  alias {
    name                   = var.targets[each.value[1]].name
    zone_id                = var.targets[each.value[1]].zone_id
    evaluate_target_health = false
  }
  weighted_routing_policy {
    weight = each.value[1] == var.active ? 100 : 0
  }
}

resource "aws_ssm_parameter" "in_charge" {
  name           = "/${var.names[0]}/in-charge"
  type           = "String"
  insecure_value = jsonencode({ colour = var.active })
  depends_on     = [aws_route53_record.live]
}
