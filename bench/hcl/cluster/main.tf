# The AWS resources of a colour. The variables are what bench/open_tofu.py sets.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {}

variable "cluster" {
  type = object({
    label              = string
    tags               = map(string)
    cidr               = string
    zones              = list(string)
    public             = list(string)
    private            = list(string)
    nat_gateways       = number
    names              = list(string)
    own_name           = string
    zone_id            = string
    port               = number
    https_port         = number
    health_path        = string
    keep_alive         = number
    tls_policy         = string
    role_path          = string
    assume_role_policy = string
    role_policy        = string
    image              = string
    instance_type      = string
    user_data          = string
    capacity           = number
    grace_seconds      = number
    door               = string
    load_test          = string
  })
}

locals {
  label      = var.cluster.label
  tags       = var.cluster.tags
  everywhere = "0.0.0.0/0"
}

# Network

resource "aws_vpc" "this" {
  cidr_block           = var.cluster.cidr
  enable_dns_hostnames = true
  tags                 = local.tags
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
  tags   = local.tags
}

resource "aws_eip" "nat" {
  count  = var.cluster.nat_gateways
  domain = "vpc"
  tags   = local.tags
}

resource "aws_nat_gateway" "this" {
  count         = var.cluster.nat_gateways
  subnet_id     = aws_subnet.public[count.index].id
  allocation_id = aws_eip.nat[count.index].id
  tags          = local.tags
  depends_on    = [aws_internet_gateway.this]
}

resource "aws_subnet" "public" {
  count             = length(var.cluster.zones)
  vpc_id            = aws_vpc.this.id
  availability_zone = var.cluster.zones[count.index]
  cidr_block        = var.cluster.public[count.index]
  tags              = local.tags
}

resource "aws_subnet" "private" {
  count             = length(var.cluster.zones)
  vpc_id            = aws_vpc.this.id
  availability_zone = var.cluster.zones[count.index]
  cidr_block        = var.cluster.private[count.index]
  tags              = local.tags
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id
  tags   = local.tags
}

resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = local.everywhere
  gateway_id             = aws_internet_gateway.this.id
}

resource "aws_route_table_association" "public" {
  count          = length(var.cluster.zones)
  subnet_id      = aws_subnet.public[count.index].id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table" "private" {
  count  = length(var.cluster.zones)
  vpc_id = aws_vpc.this.id
  tags   = local.tags
}

resource "aws_route" "private" {
  count                  = length(var.cluster.zones)
  route_table_id         = aws_route_table.private[count.index].id
  destination_cidr_block = local.everywhere
  nat_gateway_id         = aws_nat_gateway.this[min(count.index, var.cluster.nat_gateways - 1)].id
}

resource "aws_route_table_association" "private" {
  count          = length(var.cluster.zones)
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private[count.index].id
}

# The way in

resource "aws_security_group" "lb" {
  name_prefix = "${local.label}-lb-"
  description = "lb"
  vpc_id      = aws_vpc.this.id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "lb" {
  for_each          = toset(["80", tostring(var.cluster.https_port)])
  security_group_id = aws_security_group.lb.id
  cidr_ipv4         = local.everywhere
  ip_protocol       = "tcp"
  from_port         = each.value
  to_port           = each.value
  tags              = local.tags
}

resource "aws_vpc_security_group_egress_rule" "to_instances" {
  security_group_id            = aws_security_group.lb.id
  referenced_security_group_id = aws_security_group.instances.id
  ip_protocol                  = "tcp"
  from_port                    = var.cluster.port
  to_port                      = var.cluster.port
  tags                         = local.tags
}

resource "aws_lb" "this" {
  name                       = local.label
  load_balancer_type         = "application"
  subnets                    = aws_subnet.public[*].id
  security_groups            = [aws_security_group.lb.id]
  drop_invalid_header_fields = true
  client_keep_alive          = var.cluster.keep_alive
  tags                       = local.tags
  depends_on                 = [aws_internet_gateway.this]
}

resource "aws_lb_target_group" "this" {
  name                 = local.label
  vpc_id               = aws_vpc.this.id
  port                 = var.cluster.port
  protocol             = "HTTP"
  target_type          = "instance"
  deregistration_delay = 60
  health_check {
    path                = var.cluster.health_path
    matcher             = "200"
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
  }
  tags = local.tags
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.this.arn
  port              = 80
  protocol          = "HTTP"
  default_action {
    type = "redirect"
    redirect {
      port        = tostring(var.cluster.https_port)
      protocol    = "HTTPS"
      status_code = "HTTP_301"
    }
  }
  tags = local.tags
}

resource "aws_lb_listener" "https" {
  load_balancer_arn = aws_lb.this.arn
  port              = var.cluster.https_port
  protocol          = "HTTPS"
  ssl_policy        = var.cluster.tls_policy
  certificate_arn   = aws_acm_certificate_validation.this.certificate_arn
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.this.arn
  }
  tags = local.tags
}

# Certificate

resource "aws_acm_certificate" "this" {
  domain_name               = var.cluster.names[0]
  subject_alternative_names = slice(var.cluster.names, 1, length(var.cluster.names))
  validation_method         = "DNS"
  tags                      = local.tags
}

resource "aws_route53_record" "proof" {
  for_each = {
    for option in aws_acm_certificate.this.domain_validation_options : option.domain_name => option
  }
  zone_id         = var.cluster.zone_id
  name            = each.value.resource_record_name
  type            = each.value.resource_record_type
  records         = [each.value.resource_record_value]
  ttl             = 300
  allow_overwrite = true
}

resource "aws_acm_certificate_validation" "this" {
  certificate_arn         = aws_acm_certificate.this.arn
  validation_record_fqdns = [for record in aws_route53_record.proof : record.fqdn]
}

# Instances

resource "aws_security_group" "instances" {
  name_prefix = "${local.label}-instances-"
  description = "instances"
  vpc_id      = aws_vpc.this.id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "from_lb" {
  security_group_id            = aws_security_group.instances.id
  referenced_security_group_id = aws_security_group.lb.id
  ip_protocol                  = "tcp"
  from_port                    = var.cluster.port
  to_port                      = var.cluster.port
  tags                         = local.tags
}

resource "aws_vpc_security_group_egress_rule" "to_offsite" {
  security_group_id = aws_security_group.instances.id
  cidr_ipv4         = local.everywhere
  ip_protocol       = "-1"
  tags              = local.tags
}

resource "aws_iam_role" "this" {
  name               = local.label
  path               = var.cluster.role_path
  assume_role_policy = var.cluster.assume_role_policy
  tags               = local.tags
}

resource "aws_iam_role_policy" "this" {
  name   = local.label
  role   = aws_iam_role.this.id
  policy = var.cluster.role_policy
}

resource "aws_iam_instance_profile" "this" {
  name = local.label
  role = aws_iam_role.this.name
  tags = local.tags
}

resource "aws_launch_template" "this" {
  name          = local.label
  image_id      = var.cluster.image
  instance_type = var.cluster.instance_type
  user_data     = var.cluster.user_data
  iam_instance_profile {
    arn = aws_iam_instance_profile.this.arn
  }
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  block_device_mappings {
    device_name = "/dev/xvda"
    ebs {
      encrypted             = true
      volume_type           = "gp3"
      volume_size           = 20
      delete_on_termination = true
    }
  }
  network_interfaces {
    associate_public_ip_address = false
    security_groups             = [aws_security_group.instances.id]
  }
  dynamic "tag_specifications" {
    for_each = ["instance", "volume"]
    content {
      resource_type = tag_specifications.value
      tags          = local.tags
    }
  }
  tags = local.tags
}

resource "aws_autoscaling_group" "this" {
  name                      = local.label
  min_size                  = var.cluster.capacity
  max_size                  = var.cluster.capacity
  desired_capacity          = var.cluster.capacity
  wait_for_elb_capacity     = var.cluster.capacity
  vpc_zone_identifier       = aws_subnet.private[*].id
  target_group_arns         = [aws_lb_target_group.this.arn]
  health_check_type         = "ELB"
  health_check_grace_period = var.cluster.grace_seconds
  launch_template {
    id      = aws_launch_template.this.id
    version = aws_launch_template.this.latest_version
  }
  dynamic "tag" {
    for_each = local.tags
    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
  depends_on = [aws_iam_role_policy.this, aws_route.private, aws_lb_listener.https]
}

# The name to test it by, the door, and the place for the evidence of a load test

resource "aws_route53_record" "own" {
  zone_id = var.cluster.zone_id
  name    = var.cluster.own_name
  type    = "A"
  alias {
    name                   = aws_lb.this.dns_name
    zone_id                = aws_lb.this.zone_id
    evaluate_target_health = false
  }
}

resource "aws_ssm_parameter" "door" {
  name           = var.cluster.door
  type           = "String"
  description    = "${local.label} can be tagged in"
  insecure_value = local.tags.release
  tags           = local.tags
  depends_on     = [aws_autoscaling_group.this, aws_route53_record.own]
}

resource "aws_ssm_parameter" "load_test" {
  name           = var.cluster.load_test
  type           = "String"
  description    = "What came of the newest load test of ${local.label}"
  insecure_value = "none yet"
  tags           = local.tags
  depends_on     = [aws_autoscaling_group.this, aws_route53_record.own]
}
