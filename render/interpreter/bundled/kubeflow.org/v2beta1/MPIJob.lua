local roles = {
  {"Launcher", "launcher", 1},
  {"Worker", "worker", 0},
}

local function specs(object)
  return at(object, "spec", "mpiReplicaSpecs")
end

function GetComponents(object)
  return kubeflow_components(specs(object), roles)
end

function ReflectStatus(observed)
  return picked(observed,
    {"conditions", "replicaStatuses", "startTime", "completionTime", "lastReconcileTime"})
end

function AggregateStatus(desired, items)
  return kubeflow_aggregate(desired, items, "MPIJob")
end

function InterpretHealth(observed)
  return kubeflow_is_healthy(observed)
end
