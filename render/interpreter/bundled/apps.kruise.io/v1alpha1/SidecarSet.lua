-- A SidecarSet adds to the pods of others and has none of its own.
function GetReplicas(object)
  return 0, nil
end

-- The admission webhook of the member writes hashes of the containers into annotations and looks
-- for changes by them.
function Retain(desired, observed)
  for key, value in pairs(at(observed, "metadata", "annotations") or {}) do
    if string.match(key, "^kruise%.io/sidecarset%-") then
      if desired.metadata.annotations == nil then desired.metadata.annotations = {} end
      if desired.metadata.annotations[key] == nil then
        desired.metadata.annotations[key] = value
      end
    end
  end
  return desired
end

local counters = {"matchedPods", "updatedPods", "readyPods"}
local newer_counters = {"updatedReadyPods"}

function ReflectStatus(observed)
  local status = picked(observed, counters)
  for _, field in ipairs({"updatedReadyPods", "observedGeneration", "latestRevision"}) do
    status[field] = at(observed, "status", field)
  end
  return status
end

-- Karmada's script gives back the object without its spec; here the spec stays.
function AggregateStatus(desired, items)
  if items == nil then return desired end
  desired.status = {}
  set_sums(desired.status, items, counters)
  set_reported_sums(desired.status, items, newer_counters)
  return desired
end

function InterpretHealth(observed)
  if observed.status == nil then return false end
  local matched = number(observed.status.matchedPods, 0)
  return matched == 0 or number(observed.status.updatedPods, 0) == matched
end

-- The containers and volumes stand in the spec itself; spec.namespace is where it injects.
function GetDependencies(desired)
  local spec = desired.spec or {}
  local template = {
    spec = {
      containers = spec.containers,
      initContainers = spec.initContainers,
      volumes = spec.volumes,
      imagePullSecrets = spec.imagePullSecrets,
    },
  }
  return pod_dependencies(template, spec.namespace or desired.metadata.namespace)
end
