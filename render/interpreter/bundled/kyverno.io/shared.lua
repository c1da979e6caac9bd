-- Policy and ClusterPolicy differ in their scope only.

local function policy_status(observed)
  return picked(observed,
    {"ready", "conditions", "autogen", "rulecount", "validatingadmissionpolicy"})
end

local function aggregated_policy(desired, items)
  if items == nil then return desired end
  local status = {rulecount = {}, conditions = merged_conditions(items)}
  for _, rule in ipairs({"validate", "generate", "mutate", "verifyimages"}) do
    status.rulecount[rule] = sum(items, "rulecount", rule)
  end
  set_last(status, items, {"ready", "autogen", "validatingadmissionpolicy"})
  desired.status = status
  return desired
end

local function policy_is_healthy(observed)
  local ready = at(observed, "status", "ready")
  if ready ~= nil then return ready == true end
  return condition_is_true(observed, "Ready", "Succeeded")
end
