function GetReplicas(object)
  return template_replicas(object)
end

function ReviseReplica(object, replicas)
  object.spec.replicas = replicas
  return object
end

local counters = {"replicas", "updatedReplicas", "readyReplicas", "availableReplicas",
  "updatedReadyReplicas", "expectedUpdatedReplicas"}
-- Counters that newer versions of OpenKruise add.
local newer_counters = {"updatedAvailableReplicas"}
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

function GetDependencies(desired)
  return template_dependencies(desired)
end
