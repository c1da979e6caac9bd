-- Kubeflow training jobs: roles are {field, name of the component, default of its replicas}.

local function kubeflow_components(specs, roles)
  local components = {}
  for _, role in ipairs(roles) do
    local spec = at(specs, role[1])
    if spec ~= nil then
      table.insert(components,
        component(role[2], number(spec.replicas, role[3]), pod_requirements(spec.template)))
    end
  end
  return components
end

local function kubeflow_dependencies(object, specs, roles)
  local references = {}
  for _, role in ipairs(roles) do
    append(references, pod_dependencies(at(specs, role[1], "template"), object.metadata.namespace))
  end
  return references
end

local function kubeflow_is_healthy(object)
  return object.status ~= nil and not condition_is_true(object, "Failed")
end

local function kubeflow_replica_statuses(items)
  local statuses = {}
  for _, item in ipairs(items) do
    for role, counters in pairs(at(item.status, "replicaStatuses") or {}) do
      statuses[role] = statuses[role] or {}
      for _, field in ipairs({"active", "succeeded", "failed"}) do
        local counted = number(counters[field], nil)
        if counted ~= nil then statuses[role][field] = (statuses[role][field] or 0) + counted end
      end
      if counters.selector ~= nil then statuses[role].selector = counters.selector end
    end
  end
  return statuses
end

local function kubeflow_conditions(kind, items, before)
  local conditions = {}
  local function add(name, message)
    table.insert(conditions,
      condition(before, name, kind .. name, message, {"lastTransitionTime", "lastUpdateTime"}))
  end
  local function clusters(name)
    return clusters_where(items, function(item) return condition_is_true(item, name) end)
  end
  local created, running = clusters("Created"), clusters("Running")
  local failed, succeeded = clusters("Failed"), clusters("Succeeded")
  if #created > 0 then
    add("Created", kind .. " created in member clusters: " .. table.concat(created, ", "))
  end
  if #running > 0 then
    add("Running", kind .. " running in member clusters: " .. table.concat(running, ", "))
  end
  if #failed > 0 then
    add("Failed", kind .. " executed failed in member clusters: " .. table.concat(failed, ", "))
  elseif #succeeded > 0 and #succeeded == #items then
    add("Succeeded", kind .. " completed")
  end
  return conditions
end

local function kubeflow_aggregate(desired, items, kind)
  local status = status_of(desired)
  if items == nil then return desired end
  if #items == 1 then
    desired.status = items[1].status or status
    return desired
  end
  desired.status = {
    startTime = earliest(items, "startTime"),
    lastReconcileTime = latest(items, "lastReconcileTime"),
    replicaStatuses = kubeflow_replica_statuses(items),
    conditions = kubeflow_conditions(kind, items, status.conditions),
  }
  local completed = clusters_where(items, function(item)
    return not is_empty(item.status.completionTime)
  end)
  if #completed == #items then desired.status.completionTime = latest(items, "completionTime") end
  return desired
end
