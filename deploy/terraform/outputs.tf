output "urls" {
  description = "Callback URLs by product, to which ?token= and the token of its secret are added."
  value       = { for slug, url in aws_lambda_function_url.receiver : slug => url.function_url }
}

output "aliases" {
  description = "What to call instead of the URLs, from an HTTP API of yours: the ARNs of the functions' aliases, by product."
  value       = { for slug in var.products : slug => aws_lambda_alias.live[slug].arn }
}

output "secret_names" {
  description = "Secrets by function."
  value       = { for name, secret in merge(aws_secretsmanager_secret.receiver, aws_secretsmanager_secret.pull) : name => secret.name }
}

output "lookup_secret_names" {
  description = "Secrets with the access keys that ask the vendors about jobs, by product."
  value       = { for slug, secret in aws_secretsmanager_secret.lookup : slug => secret.name }
}

output "intake_queue_url" {
  description = "Queue in which events wait for publication."
  value       = aws_sqs_queue.intake.url
}

output "dead_letter_queue_url" {
  description = "Queue of events that could not be published."
  value       = aws_sqs_queue.dead_letters.url
}

output "event_bus_name" {
  description = "Bus to which events are published."
  value       = local.bus_name
}

output "overflow_bucket_name" {
  description = "Bucket with the data of large events."
  value       = aws_s3_bucket.overflow.id
}
