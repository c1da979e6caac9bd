function GetComponents(object)
  local components = {}
  for index, task in ipairs(at(object, "spec", "tasks") or {}) do
    local name = task.name
    if is_empty(name) then name = "task-" .. (index - 1) end
    table.insert(components,
      component(name, number(task.minAvailable, 1), pod_requirements(task.template)))
  end
  return components
end

local counters = {"minAvailable", "pending", "running", "succeeded", "failed", "terminating",
  "unknown", "version", "retryCount"}

function ReflectStatus(observed)
  local status = picked(observed, counters)
  for _, field in ipairs({"state", "conditions", "taskStatusCount", "controlledResources",
    "runningDuration"}) do
    status[field] = at(observed, "status", field)
  end
  return status
end

-- task → phase → number of pods
local function task_status_count(items)
  local tasks = {}
  for _, item in ipairs(items) do
    for task, count in pairs(at(item.status, "taskStatusCount") or {}) do
      tasks[task] = tasks[task] or {phase = {}}
      for phase, pods in pairs(count.phase or {}) do
        tasks[task].phase[phase] = (tasks[task].phase[phase] or 0) + number(pods, 0)
      end
    end
  end
  return tasks
end

local function is_in_phase(phase)
  return function(item) return at(item.status, "state", "phase") == phase end
end

local function conditions(items, before)
  local list = {}
  local failed = clusters_where(items, is_in_phase("Failed"))
  if #failed > 0 then
    local message = "Job executed failed in member clusters: " .. table.concat(failed, ", ")
    table.insert(list, condition(before, "Failed", "VolcanoJobFailed", message, job_times))
  end
  local completed = clusters_where(items, is_in_phase("Completed"))
  if #completed > 0 and #completed == #items then
    table.insert(list, condition(before, "Completed", "Completed", "Job completed", job_times))
  end
  return list
end

function AggregateStatus(desired, items)
  if items == nil then return desired end
  if #items == 1 then
    desired.status = items[1].status or status_of(desired)
    return desired
  end
  local status = {
    taskStatusCount = task_status_count(items),
    controlledResources = {},
    conditions = conditions(items, at(desired, "status", "conditions")),
  }
  set_sums(status, items, counters)
  for _, item in ipairs(items) do
    for key, value in pairs(at(item.status, "controlledResources") or {}) do
      status.controlledResources[key] = value
    end
  end
  desired.status = without_empties(status) or {}
  return desired
end

local healthy_phases = {
  Running = true,
  Completed = true,
  Pending = true,
  Aborting = true,
  Aborted = true,
  Restarting = true,
  Completing = true,
  Terminating = true,
  Terminated = true,
}

function InterpretHealth(observed)
  return healthy_phases[at(observed, "status", "state", "phase") or ""] == true
end
