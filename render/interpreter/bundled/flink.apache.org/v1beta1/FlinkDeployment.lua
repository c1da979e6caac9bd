local function job_manager_replicas(spec)
  return number(at(spec, "jobManager", "replicas"), 1)
end

-- As many as are asked for, or as the job's parallelism needs with so many slots in each.
local function task_manager_replicas(spec)
  local replicas = number(at(spec, "taskManager", "replicas"), nil)
  if replicas ~= nil then return replicas end
  local parallelism = number(at(spec, "job", "parallelism"), nil)
  local slots = number(at(spec, "flinkConfiguration", "taskmanager.numberOfTaskSlots"), nil)
  if parallelism == nil or slots == nil or slots <= 0 then return 1 end
  return math.ceil(parallelism / slots)
end

-- cpu is a number in Flink, a text in Kubernetes.
local function quantity(value)
  if is_empty(value) then return nil end
  return tostring(value)
end

local function larger(a, b)
  if a == nil or b == nil then return a or b end
  if kube.getResourceQuantity(b) > kube.getResourceQuantity(a) then return b end
  return a
end

local function resource(manager, name)
  return quantity(at(manager, "resource", name))
end

local function requirements(cpu, memory, pod_spec)
  local request = nil
  if cpu ~= nil or memory ~= nil then request = {cpu = cpu, memory = memory} end
  local claim = node_claim(pod_spec)
  local priority = at(pod_spec, "priorityClassName")
  if is_empty(priority) then priority = nil end
  if request == nil and claim == nil and priority == nil then return nil end
  return {resourceRequest = request, nodeClaim = claim, priorityClassName = priority}
end

-- Replicas are counted together, so each of them needs what the larger manager does.
function GetReplicas(object)
  local spec = object.spec or {}
  local cpu = larger(resource(spec.jobManager, "cpu"), resource(spec.taskManager, "cpu"))
  local memory = larger(resource(spec.jobManager, "memory"), resource(spec.taskManager, "memory"))
  return job_manager_replicas(spec) + task_manager_replicas(spec),
    requirements(cpu, memory, at(spec, "podTemplate", "spec"))
end

local function manager_requirements(spec, manager)
  local pod_spec = at(manager, "podTemplate", "spec") or at(spec, "podTemplate", "spec")
  return requirements(resource(manager, "cpu"), resource(manager, "memory"), pod_spec)
end

function GetComponents(object)
  local spec = object.spec or {}
  return {
    component("jobmanager", job_manager_replicas(spec),
      manager_requirements(spec, spec.jobManager)),
    component("taskmanager", task_manager_replicas(spec),
      manager_requirements(spec, spec.taskManager)),
  }
end

local fields = {"clusterInfo", "error", "jobManagerDeploymentStatus", "jobStatus",
  "lifecycleState", "observedGeneration", "reconciliationStatus", "taskManager"}

function ReflectStatus(observed)
  return picked(observed, fields)
end

-- The status of the last cluster that has one.
function AggregateStatus(desired, items)
  local status = status_of(desired)
  for _, item in ipairs(items or {}) do
    if not is_empty(item.status) then
      for _, field in ipairs(fields) do
        status[field] = item.status[field]
      end
    end
  end
  return desired
end

-- A job that does not start because its configuration is wrong would not start elsewhere either.
function InterpretHealth(observed)
  local job = at(observed, "status", "jobStatus")
  if job == nil then return false end
  if job.state ~= "CREATED" and job.state ~= "RECONCILING" then return true end
  return observed.status.jobManagerDeploymentStatus == "ERROR"
end
