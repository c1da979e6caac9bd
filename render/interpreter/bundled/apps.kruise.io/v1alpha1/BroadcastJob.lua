-- A parallelism in percent of the nodes says nothing about a number of replicas.
function GetReplicas(object)
  return number(at(object, "spec", "parallelism"), 1),
    pod_requirements(at(object, "spec", "template"))
end

function ReviseReplica(object, replicas)
  object.spec.parallelism = replicas
  return object
end

-- The controller of the member labels the pods of its job.
function Retain(desired, observed)
  local labels = at(observed, "spec", "template", "metadata", "labels")
  if labels == nil or at(desired, "spec", "template") == nil then return desired end
  local template = desired.spec.template
  if template.metadata == nil then template.metadata = {} end
  template.metadata.labels = labels
  return desired
end

function ReflectStatus(observed)
  return picked(observed, {"conditions", "startTime", "completionTime", "active", "succeeded",
    "failed", "desired", "phase"})
end

local function ended_as(kind)
  return function(item) return condition_is_true(item, kind) end
end

-- Karmada's script keeps what it found in one cluster's conditions for the clusters after it, so
-- that a job without conditions counts as ended; here each cluster stands for itself.
function AggregateStatus(desired, items)
  local before = at(desired, "status", "conditions")
  local status = {
    startTime = earliest(items, "startTime"),
    conditions = {},
  }
  set_sums(status, items, {"active", "succeeded", "failed", "desired"})
  set_last(status, items, {"phase"})
  local failed = clusters_where(items, ended_as("Failed"))
  if #failed > 0 then
    local message = "Job executed failed in member clusters: " .. table.concat(failed, ", ")
    table.insert(status.conditions, condition(before, "Failed", "JobFailed", message, job_times))
  end
  local completed = clusters_where(items, ended_as("Complete"))
  if #completed > 0 and #completed == #items then
    table.insert(status.conditions,
      condition(before, "Completed", "Completed", "Job completed", job_times))
  end
  if items ~= nil and #failed + #completed >= #items then
    status.completionTime = latest(items, "completionTime")
  end
  desired.status = status
  return desired
end

function InterpretHealth(observed)
  local status = observed.status or {}
  if number(status.desired, 0) == 0 or number(status.failed, 0) ~= 0 then return false end
  return number(status.succeeded, 0) ~= 0 or number(status.active, 0) ~= 0
end

function GetDependencies(desired)
  return template_dependencies(desired)
end
