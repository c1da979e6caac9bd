function AggregateStatus(desired, items)
  if items == nil then return desired end
  local status = {active = {}}
  for _, item in ipairs(items) do
    append(status.active, at(item.status, "active"))
  end
  set_last(status, items, {"type", "lastScheduleTime"})
  desired.status = status
  return desired
end

function GetDependencies(desired)
  local template = at(desired, "spec", "template")
  local job = at(template, "jobTemplate") or at(template, "broadcastJobTemplate")
  return pod_dependencies(at(job, "spec", "template"), desired.metadata.namespace)
end
