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

-- A failure goes before everything, then counts where the deployment stands, then the job.
local function badness(status)
  local deployment, job = status.jobDeploymentStatus or "", status.jobStatus or ""
  local failure = 0
  if deployment == "Failed" or job == "FAILED" then failure = 1 end
  return failure * 100 + (deployment_rank[deployment] or 0) * 10 + (job_rank[job] or 0)
end

local function worst(items)
  local found, most = nil, -1
  for _, item in ipairs(items) do
    if item.status ~= nil and badness(item.status) > most then
      found, most = item, badness(item.status)
    end
  end
  return found
end

function AggregateStatus(desired, items)
  if items == nil then return desired end
  local item = worst(items)
  if item == nil then return desired end
  if #items == 1 then
    desired.status = item.status
    return desired
  end
  local status = {startTime = earliest(items, "startTime")}
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
