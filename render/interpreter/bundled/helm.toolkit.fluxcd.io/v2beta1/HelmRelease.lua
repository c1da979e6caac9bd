local fields = {"helmChart", "lastAppliedRevision", "lastAttemptedRevision",
  "lastAttemptedValuesChecksum", "lastReleaseRevision"}
local failures = {"failures", "installFailures", "upgradeFailures"}

function Retain(desired, observed)
  return flux_retain(desired, observed)
end

function ReflectStatus(observed)
  local status = picked_with_generation(observed, fields)
  for _, field in ipairs(failures) do
    status[field] = at(observed, "status", field)
  end
  status.conditions = at(observed, "status", "conditions")
  return status
end

function AggregateStatus(desired, items)
  flux_aggregate(desired, items, fields)
  set_reported_sums(desired.status, items, failures)
  return desired
end

function InterpretHealth(observed)
  return condition_is_true(observed, "Ready", "ReconciliationSucceeded")
end

function GetDependencies(desired)
  local references = {}
  local namespace = desired.metadata.namespace
  local spec = desired.spec or {}
  local chart = at(spec, "chart", "spec")
  refer_to_source(references, namespace, at(chart, "sourceRef"))
  refer_to_secret(references, namespace, at(chart, "verify", "secretRef"))
  refer_to_secret(references, namespace, at(spec, "kubeConfig", "secretRef"))
  refer_to_values(references, namespace, spec.valuesFrom)
  refer_to_service_account(references, namespace, spec.serviceAccountName)
  return references
end
