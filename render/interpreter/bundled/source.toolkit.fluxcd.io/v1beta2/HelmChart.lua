local fields = {"artifact", "observedChartName", "observedSourceArtifactRevision", "url"}

function Retain(desired, observed)
  return flux_retain(desired, observed)
end

-- Karmada's script looks for observedGeneration in a variable that is not there and loses it; the
-- template would never count as observed.
function ReflectStatus(observed)
  local status = picked_with_generation(observed, fields)
  status.conditions = at(observed, "status", "conditions")
  return status
end

function AggregateStatus(desired, items)
  return flux_aggregate(desired, items, fields)
end

function InterpretHealth(observed)
  return condition_is_true(observed, "Ready", "Succeeded", "ChartPullSucceeded")
end

function GetDependencies(desired)
  local references = {}
  local namespace = desired.metadata.namespace
  refer_to_source(references, namespace, at(desired, "spec", "sourceRef"))
  refer_to_secret(references, namespace, at(desired, "spec", "verify", "secretRef"))
  return references
end
