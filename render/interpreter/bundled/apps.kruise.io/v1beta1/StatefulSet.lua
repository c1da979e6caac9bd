function GetReplicas(object)
  return template_replicas(object)
end

function ReviseReplica(object, replicas)
  object.spec.replicas = replicas
  return object
end

local counters = {"replicas", "updatedReplicas", "currentReplicas", "readyReplicas",
  "availableReplicas"}
-- Counters that newer versions of OpenKruise add.
local newer_counters = {"updatedReadyReplicas", "updatedAvailableReplicas"}
local texts = {"updateRevision", "currentRevision", "labelSelector"}

function ReflectStatus(observed)
  return reflected_workload(observed, counters, newer_counters, texts)
end

function AggregateStatus(desired, items)
  return aggregated_workload(desired, items, counters, newer_counters, texts)
end

function InterpretHealth(observed)
  return is_rolled_out(observed, "availableReplicas")
end

-- The claims of volumeClaimTemplates are made on the member.
function GetDependencies(desired)
  local made = {}
  for _, claim in ipairs(at(desired, "spec", "volumeClaimTemplates") or {}) do
    made[at(claim, "metadata", "name") or ""] = true
  end
  local references = {}
  for _, reference in ipairs(template_dependencies(desired)) do
    if reference.kind ~= "PersistentVolumeClaim" or not made[reference.name] then
      table.insert(references, reference)
    end
  end
  return references
end
