function GetReplicas(object)
  return 1, pod_requirements(at(object, "spec", "template"))
end

function ReflectStatus(observed)
  return picked(observed, {"readyReplicas", "containerState", "conditions"})
end

-- Waiting reasons that do not pass by themselves.
local stuck = {
  CrashLoopBackOff = true,
  CreateContainerConfigError = true,
  CreateContainerError = true,
  ErrImagePull = true,
  ImagePullBackOff = true,
  InvalidImageName = true,
  RunContainerError = true,
}

local function has_failed(item)
  local state = at(item.status, "containerState")
  local ended = at(state, "terminated")
  if ended ~= nil then return number(ended.exitCode, 0) ~= 0 end
  return stuck[at(state, "waiting", "reason") or ""] == true
end

local function is_ready(item)
  return at(item.status, "containerState", "running") ~= nil and
    number(at(item.status, "readyReplicas"), 0) > 0
end

local function conditions(items, before)
  local failed = clusters_where(items, has_failed)
  if #failed > 0 then
    local message = "Notebook executed failed in member clusters: " .. table.concat(failed, ", ")
    return {condition(before, "Failed", "NotebookFailed", message, job_times)}
  end
  local ready = clusters_where(items, is_ready)
  if #ready > 0 and #ready == #items then
    return {condition(before, "Ready", "NotebookReady", "Notebook is ready", job_times)}
  end
  return {}
end

function AggregateStatus(desired, items)
  if items == nil then return desired end
  local status = {
    readyReplicas = sum(items, "readyReplicas"),
    containerState = last(items, "containerState"),
    conditions = conditions(items, at(desired, "status", "conditions")),
  }
  desired.status = status
  return desired
end

-- A container that waits or has ended serves nobody; without one the pod's condition counts.
function InterpretHealth(observed)
  local state = at(observed, "status", "containerState")
  if is_empty(state) then return condition_is_true(observed, "Ready") end
  return state.running ~= nil
end
