local function groups_of(object)
  return at(object, "spec", "rayClusterConfig", "workerGroupSpecs") or {}
end

-- The larger amount of every resource.
local function raise(request, other)
  for name, amount in pairs(other or {}) do
    local known = request[name]
    if known == nil or kube.getResourceQuantity(amount) > kube.getResourceQuantity(known) then
      request[name] = amount
    end
  end
end

-- Head and workers are counted together, so each replica needs what the largest of them does. Where
-- they may run is what the head says.
function GetReplicas(object)
  local replicas = 1
  local requirements =
    pod_requirements(at(object, "spec", "rayClusterConfig", "headGroupSpec", "template")) or {}
  local request = requirements.resourceRequest or {}
  for _, group in ipairs(groups_of(object)) do
    replicas = replicas + ray_worker_replicas(group)
    raise(request, at(pod_requirements(group.template), "resourceRequest"))
  end
  if next(request) ~= nil then requirements.resourceRequest = request end
  if next(requirements) == nil then return replicas, nil end
  return replicas, requirements
end

-- The head stays one; the groups share the rest as they did before, and the last one takes what
-- rounding leaves.
function ReviseReplica(object, replicas)
  local groups = groups_of(object)
  local total = 0
  for _, group in ipairs(groups) do
    total = total + ray_worker_replicas(group)
  end
  local workers = math.max(replicas - 1, 0)
  local rest = workers
  for index, group in ipairs(groups) do
    local share = rest
    if index < #groups then
      share = 0
      if total > 0 then
        share = math.min(rest, math.floor(workers * ray_worker_replicas(group) / total + 0.5))
      end
    end
    group.replicas = share
    rest = rest - share
  end
  return object
end

function AggregateStatus(desired, items)
  if items == nil then return desired end
  if #items == 1 then
    desired.status = items[1].status or status_of(desired)
    return desired
  end
  local status = {
    conditions = merged_conditions(items),
    lastUpdateTime = latest(items, "lastUpdateTime"),
  }
  set_reported_sums(status, items, {"numServeEndpoints"})
  set_last(status, items,
    {"serviceStatus", "activeServiceStatus", "pendingServiceStatus", "observedGeneration"})
  desired.status = status
  return desired
end

function InterpretHealth(observed)
  return condition_is_true(observed, "Ready")
end

function GetDependencies(desired)
  return ray_dependencies(at(desired, "spec", "rayClusterConfig"), desired.metadata.namespace)
end
