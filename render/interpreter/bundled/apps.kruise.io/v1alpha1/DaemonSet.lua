local counters = {"currentNumberScheduled", "numberMisscheduled", "desiredNumberScheduled",
  "numberReady", "updatedNumberScheduled", "numberAvailable", "numberUnavailable"}
local texts = {"daemonSetHash"}

function ReflectStatus(observed)
  return reflected_workload(observed, counters, {}, texts)
end

function AggregateStatus(desired, items)
  return aggregated_workload(desired, items, counters, {}, texts)
end

function InterpretHealth(observed)
  if not is_observed(observed) then return false end
  local updated = number(observed.status.updatedNumberScheduled, 0)
  if updated < number(observed.status.desiredNumberScheduled, 0) then return false end
  return number(observed.status.numberAvailable, 0) >= updated
end

function GetDependencies(desired)
  return template_dependencies(desired)
end
