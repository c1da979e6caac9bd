-- Workloads of OpenKruise with spec.replicas and spec.template.

local function template_replicas(object)
  return number(at(object, "spec", "replicas"), 1), pod_requirements(at(object, "spec", "template"))
end

local function template_dependencies(object)
  return pod_dependencies(at(object, "spec", "template"), object.metadata.namespace)
end

local function is_rolled_out(object, available)
  if not is_observed(object) then return false end
  local updated = number(object.status.updatedReplicas, 0)
  if updated < number(at(object, "spec", "replicas"), 0) then return false end
  return number(object.status[available], 0) >= updated
end

local function reflected_workload(observed, counters, newer_counters, texts)
  local fields = {}
  append(fields, counters)
  append(fields, newer_counters)
  append(fields, texts)
  return picked_with_generation(observed, fields)
end

local function aggregated_workload(desired, items, counters, newer_counters, texts)
  settle_generation(desired, items)
  set_sums(desired.status, items, counters)
  set_reported_sums(desired.status, items, newer_counters)
  set_last(desired.status, items, texts)
  return desired
end
