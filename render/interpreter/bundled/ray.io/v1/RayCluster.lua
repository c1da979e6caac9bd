function GetComponents(object)
  return ray_components(object.spec)
end

-- Karmada's script also takes the spec away; here it stays.
function AggregateStatus(desired, items)
  if items == nil then return desired end
  if #items == 1 then
    desired.status = items[1].status or status_of(desired)
    return desired
  end
  local known = at(desired, "status", "observedGeneration")
  desired.status = aggregated_ray_cluster(items)
  desired.status.observedGeneration = last(items, "observedGeneration") or known
  return desired
end

function InterpretHealth(observed)
  return condition_is_true(observed, "HeadPodReady") and
    condition_is_true(observed, "RayClusterProvisioned") and
    not condition_is_true(observed, "RayClusterReplicaFailure")
end
