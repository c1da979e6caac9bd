-- spec.template holds the template of one of these workloads.
local function pod_template(object)
  local template = at(object, "spec", "template")
  for _, field in ipairs({"statefulSetTemplate", "advancedStatefulSetTemplate", "cloneSetTemplate",
    "deploymentTemplate"}) do
    local found = at(template, field, "spec", "template")
    if found ~= nil then return found end
  end
  return nil
end

function GetReplicas(object)
  return number(at(object, "spec", "replicas"), 1), pod_requirements(pod_template(object))
end

function ReviseReplica(object, replicas)
  object.spec.replicas = replicas
  return object
end

local counters = {"replicas", "readyReplicas", "updatedReplicas", "updatedReadyReplicas"}
local texts = {"currentRevision", "labelSelector"}

function ReflectStatus(observed)
  local status = reflected_workload(observed, counters, {}, texts)
  status.conditions = at(observed, "status", "conditions")
  return status
end

-- One condition a type: the last cluster's, at the place where the type was first seen.
local function conditions_by_type(items)
  local conditions = {}
  local place = {}
  for _, item in ipairs(items or {}) do
    for _, found in ipairs(at(item.status, "conditions") or {}) do
      if place[found.type] == nil then place[found.type] = #conditions + 1 end
      conditions[place[found.type]] = found
    end
  end
  return conditions
end

function AggregateStatus(desired, items)
  aggregated_workload(desired, items, counters, {}, texts)
  desired.status.conditions = conditions_by_type(items)
  return desired
end

function InterpretHealth(observed)
  return is_rolled_out(observed, "readyReplicas")
end

function GetDependencies(desired)
  return pod_dependencies(pod_template(desired), desired.metadata.namespace)
end
