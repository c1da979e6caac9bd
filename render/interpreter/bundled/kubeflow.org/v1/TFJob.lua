local roles = {
  {"PS", "ps", 1},
  {"Worker", "worker", 1},
  {"Chief", "chief", 1},
  {"Master", "master", 1},
  {"Evaluator", "evaluator", 1},
}

local function specs(object)
  return at(object, "spec", "tfReplicaSpecs")
end

function GetComponents(object)
  return kubeflow_components(specs(object), roles)
end

function AggregateStatus(desired, items)
  return kubeflow_aggregate(desired, items, "TFJob")
end

function InterpretHealth(observed)
  return kubeflow_is_healthy(observed)
end

function GetDependencies(desired)
  return kubeflow_dependencies(desired, specs(desired), roles)
end
