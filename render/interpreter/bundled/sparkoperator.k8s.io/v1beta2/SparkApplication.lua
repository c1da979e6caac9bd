-- Memory as Spark writes it, in MiB: "512m", "2g", "1024" (MiB, too).
local mebibytes = {
  [""] = 1,
  b = 1 / (1024 * 1024),
  k = 1 / 1024,
  m = 1,
  g = 1024,
  t = 1024 * 1024,
  p = 1024 * 1024 * 1024,
}
local function in_mebibytes(text)
  if is_empty(text) then return nil end
  local digits, unit = string.match(string.lower(tostring(text)), "^([%d%.]+)%s*([bkmgtp]?)i?b?$")
  local amount = tonumber(digits or "")
  if amount == nil then return nil end
  return amount * mebibytes[unit]
end

local least_overhead = 384

-- Part of the memory that the JVM's heap does not cover; outside the JVM there is more of it.
local function overhead_factor(spec)
  local given = number(spec.memoryOverheadFactor, nil)
  if given ~= nil then return given end
  if spec.type == "Java" or spec.type == "Scala" then return 0.10 end
  return 0.40
end

local function memory(spec, pod)
  local heap = in_mebibytes(pod.memory) or 1024
  local overhead = in_mebibytes(pod.memoryOverhead) or
    math.max(math.floor(overhead_factor(spec) * heap), least_overhead)
  return string.format("%.0fMi", math.ceil(heap + overhead))
end

local function requirements(spec, pod)
  local cpu = pod.coreRequest
  if is_empty(cpu) then cpu = pod.cores or 1 end
  local request = {cpu = tostring(cpu), memory = memory(spec, pod)}
  local gpu = pod.gpu
  if gpu ~= nil and not is_empty(gpu.name) and number(gpu.quantity, 0) > 0 then
    request[gpu.name] = tostring(gpu.quantity)
  end
  local template = at(pod, "template", "spec")
  local claim = node_claim({
    nodeSelector = pod.nodeSelector or at(template, "nodeSelector") or spec.nodeSelector,
    tolerations = pod.tolerations or at(template, "tolerations"),
    affinity = pod.affinity or at(template, "affinity"),
  })
  local priority = pod.priorityClassName or at(template, "priorityClassName") or
    at(spec, "batchSchedulerOptions", "priorityClassName")
  if is_empty(priority) then priority = nil end
  return {resourceRequest = request, nodeClaim = claim, priorityClassName = priority}
end

local function executor_instances(spec)
  local allocation = spec.dynamicAllocation or {}
  local most = number(allocation.maxExecutors, nil)
  if allocation.enabled == true and most ~= nil then return most end
  return number(at(spec, "executor", "instances"), 1)
end

function GetComponents(object)
  local spec = object.spec or {}
  return {
    component("driver", 1, requirements(spec, spec.driver or {})),
    component("executor", executor_instances(spec), requirements(spec, spec.executor or {})),
  }
end

local fields = {"applicationState", "driverInfo", "executionAttempts", "executorState",
  "lastSubmissionAttemptTime", "sparkApplicationId", "submissionAttempts", "submissionID",
  "terminationTime"}

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

function InterpretHealth(observed)
  if observed.status == nil then return false end
  return at(observed.status, "applicationState", "state") ~= "FAILED"
end
