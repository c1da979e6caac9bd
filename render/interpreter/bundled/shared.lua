-- What the scripts of several kinds have in common. A script gets what it uses of this file and of
-- the shared.lua of its group, where there is one.
local kube = require("kube")

-- Values --------------------------------------------------------------------------------------

-- The value at a path of keys, nil as soon as one of them is missing.
local function at(value, ...)
  for _, key in ipairs({...}) do
    if type(value) ~= "table" then return nil end
    value = value[key]
  end
  return value
end

local function number(value, default)
  return tonumber(value) or default
end

local function is_empty(value)
  return value == nil or value == "" or (type(value) == "table" and next(value) == nil)
end

local function append(list, more)
  for _, entry in ipairs(more or {}) do
    table.insert(list, entry)
  end
end

-- The value without its zeros, empty texts and empty tables; nil if nothing is left.
local function without_empties(value)
  if type(value) ~= "table" then
    if value == 0 or value == "" then return nil end
    return value
  end
  local kept = {}
  local is_list = #value > 0
  for key, entry in pairs(value) do
    local rest = without_empties(entry)
    if is_list and rest ~= nil then
      table.insert(kept, rest)
    else
      kept[key] = rest
    end
  end
  if next(kept) == nil then return nil end
  return kept
end

-- RFC 3339 in UTC, whose texts sort as the times do.
local function now()
  return os.date("!%Y-%m-%dT%H:%M:%SZ")
end

-- Status of one object ------------------------------------------------------------------------

-- The fields of the status that are there.
local function picked(observed, fields)
  local status = {}
  for _, field in ipairs(fields) do
    status[field] = at(observed, "status", field)
  end
  return status
end

-- The fields, and how the member's generations stand: what settle_generation needs later.
local function picked_with_generation(observed, fields)
  local status = picked(observed, fields)
  if at(observed, "status") == nil then return status end
  status.observedGeneration = observed.status.observedGeneration
  status.generation = at(observed, "metadata", "generation")
  local annotations = at(observed, "metadata", "annotations") or {}
  status.resourceTemplateGeneration =
    tonumber(annotations["resourcetemplate.karmada.io/generation"] or "")
  return status
end

local function condition_of(object, kind)
  for _, condition in ipairs(at(object, "status", "conditions") or {}) do
    if condition.type == kind then return condition end
  end
  return nil
end

-- With reasons after it: the condition must have one of them, too.
local function condition_is_true(object, kind, ...)
  local condition = condition_of(object, kind)
  if condition == nil or condition.status ~= "True" then return false end
  local reasons = {...}
  for _, reason in ipairs(reasons) do
    if condition.reason == reason then return true end
  end
  return #reasons == 0
end

local function is_observed(object)
  return object.status ~= nil and object.status.observedGeneration == object.metadata.generation
end

-- What several statuses come to ---------------------------------------------------------------

local function status_of(desired)
  if type(desired.status) ~= "table" then desired.status = {} end
  return desired.status
end

local function sum(items, ...)
  local total = 0
  for _, item in ipairs(items or {}) do
    total = total + number(at(item.status, ...), 0)
  end
  return total
end

-- The last value that is not empty.
local function last(items, ...)
  local value = nil
  for _, item in ipairs(items or {}) do
    local found = at(item.status, ...)
    if not is_empty(found) then value = found end
  end
  return value
end

local function earliest(items, field)
  local time = nil
  for _, item in ipairs(items or {}) do
    local found = at(item.status, field)
    if not is_empty(found) and (time == nil or found < time) then time = found end
  end
  return time
end

local function latest(items, field)
  local time = nil
  for _, item in ipairs(items or {}) do
    local found = at(item.status, field)
    if not is_empty(found) and (time == nil or found > time) then time = found end
  end
  return time
end

local function set_sums(status, items, fields)
  for _, field in ipairs(fields) do
    status[field] = sum(items, field)
  end
end

-- Counters that older versions of a kind do not have stay away where no member reports them.
local function set_reported_sums(status, items, fields)
  for _, field in ipairs(fields) do
    if last(items, field) ~= nil then status[field] = sum(items, field) end
  end
end

local function set_last(status, items, fields)
  for _, field in ipairs(fields) do
    local value = last(items, field)
    if value ~= nil then status[field] = value end
  end
end

-- The template's generation counts as observed once every member has seen it: its object was made
-- from this generation of the template, and its controller has acted on it.
local function settle_generation(desired, items)
  local status = status_of(desired)
  local generation = number(at(desired, "metadata", "generation"), 0)
  for _, item in ipairs(items or {}) do
    local member = item.status or {}
    local is_seen = number(member.resourceTemplateGeneration, 0) == generation and
      number(member.generation, 0) == number(member.observedGeneration, 0)
    if not is_seen then
      status.observedGeneration = number(status.observedGeneration, 0)
      return
    end
  end
  status.observedGeneration = generation
end

-- Conditions of all members; those alike in type, status and reason become one, whose message says
-- what each cluster says: "a=text, b=text".
local function merged_conditions(items)
  local merged = {}
  local place = {}
  for _, item in ipairs(items or {}) do
    for _, condition in ipairs(at(item.status, "conditions") or {}) do
      local message = item.clusterName .. "=" .. (condition.message or "")
      local id = tostring(condition.type) .. "\n" .. tostring(condition.status) .. "\n" ..
        tostring(condition.reason)
      if place[id] == nil then
        condition.message = message
        table.insert(merged, condition)
        place[id] = #merged
      else
        local known = merged[place[id]]
        known.message = known.message .. ", " .. message
      end
    end
  end
  return merged
end

-- A condition of the whole. Its times stay those of the same condition in `before`, the list that
-- the template has had, so that saying it again is no change.
local function condition(before, kind, reason, message, times)
  for _, known in ipairs(before or {}) do
    if known.type == kind and known.status == "True" and known.reason == reason and
      known.message == message then
      return known
    end
  end
  local made = {type = kind, status = "True", reason = reason, message = message}
  for _, field in ipairs(times) do
    made[field] = now()
  end
  return made
end
local job_times = {"lastProbeTime", "lastTransitionTime"}

-- The names of the clusters in whose status the test finds what it looks for.
local function clusters_where(items, test)
  local names = {}
  for _, item in ipairs(items or {}) do
    if item.status ~= nil and test(item) then table.insert(names, item.clusterName) end
  end
  return names
end

-- Pod templates and dependencies --------------------------------------------------------------

local function refer(references, api_version, kind, namespace, name)
  if is_empty(name) then return end
  table.insert(references,
    {apiVersion = api_version, kind = kind, namespace = namespace, name = name})
end

local function refer_to_secret(references, namespace, reference)
  refer(references, "v1", "Secret", namespace, at(reference, "name"))
end

-- Every namespace has its own service account "default".
local function refer_to_service_account(references, namespace, name)
  if name == "default" then return end
  refer(references, "v1", "ServiceAccount", namespace, name)
end

local function pod_dependencies(template, namespace)
  if template == nil then return {} end
  return kube.getPodDependencies(template, namespace)
end

local function pod_requirements(template)
  if template == nil then return nil end
  return kube.accuratePodRequirements(template)
end

-- Where pods may run, from fields as a pod spec has them; nil if anywhere.
local function node_claim(spec)
  local claim = {
    nodeSelector = at(spec, "nodeSelector"),
    tolerations = at(spec, "tolerations"),
    hardNodeAffinity = at(spec, "affinity", "nodeAffinity",
      "requiredDuringSchedulingIgnoredDuringExecution"),
  }
  return without_empties(claim) and claim
end

local function component(name, replicas, requirements)
  return {name = name, replicas = replicas, replicaRequirements = requirements}
end

-- Flux: HelmRelease, Kustomization and the sources --------------------------------------------

-- `flux suspend` works on the member, and stays.
local function flux_retain(desired, observed)
  local suspend = at(observed, "spec", "suspend")
  if suspend ~= nil then
    if desired.spec == nil then desired.spec = {} end
    desired.spec.suspend = suspend
  end
  return desired
end

local function flux_aggregate(desired, items, fields)
  local status = status_of(desired)
  settle_generation(desired, items)
  if items == nil then return desired end
  status.conditions = merged_conditions(items)
  set_last(status, items, fields)
  return desired
end

local flux_versions = {
  GitRepository = "source.toolkit.fluxcd.io/v1",
  Bucket = "source.toolkit.fluxcd.io/v1beta2",
  HelmChart = "source.toolkit.fluxcd.io/v1beta2",
  HelmRepository = "source.toolkit.fluxcd.io/v1beta2",
  OCIRepository = "source.toolkit.fluxcd.io/v1beta2",
}

local function refer_to_source(references, namespace, source)
  if source == nil then return end
  local api_version = source.apiVersion
  if is_empty(api_version) then api_version = flux_versions[source.kind] end
  if api_version == nil then return end
  if not is_empty(source.namespace) then namespace = source.namespace end
  refer(references, api_version, source.kind, namespace, source.name)
end

-- valuesFrom and substituteFrom: a list of ConfigMaps and Secrets.
local function refer_to_values(references, namespace, list)
  for _, value in ipairs(list or {}) do
    if value.kind == "ConfigMap" or value.kind == "Secret" then
      refer(references, "v1", value.kind, namespace, value.name)
    end
  end
end
