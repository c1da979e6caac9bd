#include "reconciler/controller/access.h"

namespace flotilla::controller {

Result<kube::Access> access_of(const overrides::Cluster& cluster, const Options& options) {
  kube::AccessRequest request;
  request.cluster = cluster.name;
  request.api_endpoint = cluster.api_endpoint;
  if (cluster.secret_ref) {
    request.secret_namespace = cluster.secret_ref->namespace_;
    request.secret_name = cluster.secret_ref->name;
  }
  request.insecure_skip_tls_verification = cluster.insecure_skip_tls_verification;
  request.proxy_url = cluster.proxy_url;
  request.credentials_dir = options.credentials;
  request.kubeconfig = options.kubeconfig;
  return kube::find_access(request);
}

}  // namespace flotilla::controller
