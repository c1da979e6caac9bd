local fields = {"artifact", "url"}

function Retain(desired, observed)
  return flux_retain(desired, observed)
end

function ReflectStatus(observed)
  local status = picked_with_generation(observed, fields)
  status.conditions = at(observed, "status", "conditions")
  return status
end

function AggregateStatus(desired, items)
  return flux_aggregate(desired, items, fields)
end

function InterpretHealth(observed)
  return condition_is_true(observed, "Ready", "Succeeded")
end

-- Karmada's script fails without a serviceAccountName, which is optional.
function GetDependencies(desired)
  local references = {}
  local namespace = desired.metadata.namespace
  local spec = desired.spec or {}
  refer_to_secret(references, namespace, spec.secretRef)
  refer_to_secret(references, namespace, spec.certSecretRef)
  refer_to_secret(references, namespace, at(spec, "verify", "secretRef"))
  refer_to_service_account(references, namespace, spec.serviceAccountName)
  return references
end
