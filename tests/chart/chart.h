#pragma once

#include "tests/integration/fleet/program.h"
#include "tests/integration/fleet/text.h"
#include "tests/support/kube_servers.h"

#include <json/value.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// The chart charts/flotilla, seen through helm. What fails unexpectedly throws std::runtime_error.
namespace flotilla::tests {

using Objects = std::vector<Json::Value>;

// Why helm cannot be run here, or nothing. It is looked for in $FLOTILLA_HELM and in the cache of
// `./dev helm`.
std::optional<std::string> missing_helm();

Outcome helm(Arguments arguments);

std::filesystem::path chart_folder();
std::vector<std::string> value_files();  // names without folder and ending, sorted
std::filesystem::path value_file(const std::string& name);

// `helm template` as it is printed, and the same as objects.
std::string rendered_text(const std::string& values,
                          const std::string& name_space = "fleet-system");
Objects rendered(const std::string& values, const std::string& name_space = "fleet-system");

bool has(const Objects& objects, const std::string& kind);
const Json::Value& one(const Objects& objects, const std::string& kind);  // the first of its kind
const Json::Value& workload(const Objects& objects);  // the Deployment or StatefulSet
const Json::Value& container(const Objects& objects);
std::vector<std::string> arguments_of(const Objects& objects);

std::string flag_of(const std::string& argument);  // "--repo" of "--repo=URL"
// The arguments as in a Pod, whose folders are in `folder`: what the flags want to be there is
// made. The repository is `folder`/repository, which is not; the port is chosen by the system.
Arguments made_local(const std::vector<std::string>& arguments,
                     const std::filesystem::path& folder);

// A Pod as the workload's controller would make it, claims included.
Json::Value pod_of(const Objects& objects);

// Where objects of the kind are: "/apis/apps/v1/namespaces/NS/deployments".
std::string collection_of(const Json::Value& object, const std::string& name_space);

// The API server of this run, begun with its first use.
KubeServers& server();

// A namespace that takes only Pods of the standard "restricted", with warnings.
void make_restricted_namespace(const std::string& name);

// A token as the kubelet gives it to a Pod.
std::string token_of_account(const std::string& name_space, const std::string& account);

// With strict validation of fields; `query` is appended: "&dryRun=All".
KubeReply create(const std::string& collection, const Json::Value& object,
                 const std::string& query = {});

}  // namespace flotilla::tests
