function GetComponents(object)
  return ray_components(at(object, "spec", "rayClusterSpec"))
end

-- From the best state to the worst.
local deployment_rank = {
  Complete = 1,
  Running = 2,
  Initializing = 3,
  Waiting = 4,
  Suspending = 5,
  Suspended = 6,
  Retrying = 7,
  Failed = 8,
}
local job_rank = {
  SUCCEEDED = 1,
  RUNNING = 2,
  PENDING = 3,
  STOPPED = 4,
  FAILED = 5,
}

-- The item whose state is the worst, by where its deployment stands, then by its job.
local function worst(items)
  local found, found_rank = nil, -1
  for _, item in ipairs(items) do
    if item.status ~= nil then
      local rank = (deployment_rank[item.status.jobDeploymentStatus or ""] or 0) * 10 +
        (job_rank[item.status.jobStatus or ""] or 0)
      if rank > found_rank then found, found_rank = item, rank end
    end
  end
  return found
end

function AggregateStatus(desired, items)
  if items == nil then return desired end
  local status = status_of(desired)
  local item = worst(items)
  if item == nil then return desired end
  if #items == 1 then
    desired.status = item.status
    return desired
  end
  status = {startTime = earliest(items, "startTime")}
  for _, field in ipairs({"jobDeploymentStatus", "jobStatus", "reason", "message", "jobId",
    "dashboardURL", "rayClusterName"}) do
    status[field] = item.status[field]
  end
  set_reported_sums(status, items, {"succeeded", "failed"})
  local ended = clusters_where(items, function(other) return not is_empty(other.status.endTime) end)
  if #ended == #items then status.endTime = latest(items, "endTime") end
  status.observedGeneration = last(items, "observedGeneration")
  desired.status = status
  return desired
end

function InterpretHealth(observed)
  local status = observed.status or {}
  if status.jobDeploymentStatus == "Running" then return true end
  return status.jobDeploymentStatus == "Complete" and status.jobStatus == "SUCCEEDED"
end

function GetDependencies(desired)
  local namespace = desired.metadata.namespace
  local references = ray_dependencies(at(desired, "spec", "rayClusterSpec"), namespace)
  append(references,
    pod_dependencies(at(desired, "spec", "submitterPodTemplate"), namespace))
  return references
end
