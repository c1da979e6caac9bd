function GetReplicas(object)
  local spec = object.spec or {}
  local limits = at(spec.podSpecPatch, "resources", "limits")
  local claim = node_claim({nodeSelector = spec.nodeSelector, tolerations = spec.tolerations})
  local requirements = nil
  if limits ~= nil or claim ~= nil then
    requirements = {resourceRequest = limits, nodeClaim = claim}
  end
  return number(spec.parallelism, 1), requirements
end

function ReviseReplica(object, replicas)
  object.spec.parallelism = replicas
  return object
end

-- A workflow keeps its progress in its status; `argo suspend` works on the member, and stays.
function Retain(desired, observed)
  local suspend = at(observed, "spec", "suspend")
  if suspend ~= nil then desired.spec.suspend = suspend end
  if observed.status ~= nil then desired.status = observed.status end
  return desired
end

function InterpretHealth(observed)
  local phase = at(observed, "status", "phase")
  return not is_empty(phase) and phase ~= "Error" and phase ~= "Failed"
end

-- The fields that a pod spec has too go the way of pods, which names the Secret of a volume as
-- secret.secretName; Karmada's script looks for it under secret.name, where there is none.
function GetDependencies(desired)
  local namespace = desired.metadata.namespace
  local spec = desired.spec or {}
  local references = pod_dependencies({
    spec = {
      containers = {},
      volumes = spec.volumes,
      imagePullSecrets = spec.imagePullSecrets,
      serviceAccountName = spec.serviceAccountName,
    },
  }, namespace)
  refer_to_service_account(references, namespace, at(spec, "executor", "serviceAccountName"))
  refer(references, "v1", "ConfigMap", namespace, at(spec, "artifactRepositoryRef", "configMap"))
  refer(references, "v1", "ConfigMap", namespace,
    at(spec, "synchronization", "semaphore", "configMapKeyRef", "name"))
  return references
end
