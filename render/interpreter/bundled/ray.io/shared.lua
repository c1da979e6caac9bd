-- Ray: a head and groups of workers.

local function ray_worker_replicas(group)
  return number(group.replicas, 1)
end

local function ray_components(cluster)
  if cluster == nil then return {} end
  local components =
    {component("ray-head", 1, pod_requirements(at(cluster, "headGroupSpec", "template")))}
  for index, group in ipairs(cluster.workerGroupSpecs or {}) do
    local name = group.groupName
    if is_empty(name) then name = "worker-" .. index end
    table.insert(components,
      component(name, ray_worker_replicas(group), pod_requirements(group.template)))
  end
  return components
end

local function ray_dependencies(cluster, namespace)
  local references = pod_dependencies(at(cluster, "headGroupSpec", "template"), namespace)
  for _, group in ipairs(at(cluster, "workerGroupSpecs") or {}) do
    append(references, pod_dependencies(group.template, namespace))
  end
  return references
end

local worker_counters = {"desiredWorkerReplicas", "minWorkerReplicas", "maxWorkerReplicas",
  "availableWorkerReplicas", "readyWorkerReplicas"}
local resources = {"desiredCPU", "desiredMemory", "desiredGPU", "desiredTPU"}

-- One RayCluster status of several.
local function aggregated_ray_cluster(items)
  local status = {conditions = merged_conditions(items)}
  set_reported_sums(status, items, worker_counters)
  for _, field in ipairs(resources) do
    for _, item in ipairs(items) do
      local amount = at(item.status, field)
      if amount ~= nil then status[field] = kube.resourceAdd(status[field], tostring(amount)) end
    end
  end
  set_last(status, items, {"endpoints", "head", "reason", "state"})
  status.lastUpdateTime = latest(items, "lastUpdateTime")
  return status
end
