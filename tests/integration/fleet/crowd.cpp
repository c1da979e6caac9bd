#include "tests/integration/fleet/crowd.h"

#include <stdexcept>

namespace flotilla::tests {
namespace {

constexpr const char* fleet = R"(apiVersion: flotilla.dev/v1alpha1
kind: Fleet
metadata: {name: crowd}
spec:
  deletionGuard: {count: 100000, percent: 100}
  health: {statusGrace: 0s}
)";

constexpr const char* everywhere = R"(apiVersion: policy.karmada.io/v1alpha1
kind: ClusterPropagationPolicy
metadata: {name: everywhere}
spec:
  resourceSelectors:
  - {apiVersion: v1, kind: Namespace}
  - {apiVersion: v1, kind: ConfigMap}
  - {apiVersion: v1, kind: Secret}
  - {apiVersion: v1, kind: Service}
  - {apiVersion: v1, kind: ServiceAccount}
  - {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole}
  - {apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition}
  - {apiVersion: shop.example.com/v1alpha1, kind: Promotion}
)";

constexpr const char* definition = R"(apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: promotions.shop.example.com}
spec:
  group: shop.example.com
  scope: Namespaced
  names: {kind: Promotion, listKind: PromotionList, plural: promotions, singular: promotion}
  versions:
  - name: v1alpha1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        type: object
        properties:
          spec:
            type: object
            properties: {title: {type: string}}
)";

std::string moving_policy(Side side) {
  return std::string(R"(apiVersion: policy.karmada.io/v1alpha1
kind: PropagationPolicy
metadata: {name: moving, namespace: team}
spec:
  resourceSelectors:
  - apiVersion: v1
    kind: ConfigMap
    labelSelector: {matchLabels: {moves: "yes"}}
  placement:
    clusterAffinity:
      clusterNames: [)") +
         (side == Side::left ? "ap-staging, eu-prod" : "eu-prod, us-prod") + "]\n";
}

std::string head(const std::string& api_version, const std::string& kind, const std::string& space,
                 const std::string& name, const std::string& value) {
  const std::string where = space.empty() ? "" : "  namespace: " + space + "\n";
  return "apiVersion: " + api_version + "\nkind: " + kind + "\nmetadata:\n  name: " + name + "\n" +
         where + "  annotations: {example.com/value: \"" + value + "\"}\n";
}

std::string promotion(const std::string& name, const std::string& value) {
  return head("shop.example.com/v1alpha1", "Promotion", "team", name, value) + "spec: {title: \"" +
         value + "\"}\n";
}

std::string cluster_role(const std::string& name, const std::string& value) {
  return head("rbac.authorization.k8s.io/v1", "ClusterRole", "", name, value) +
         "rules:\n- {apiGroups: [\"\"], resources: [pods], verbs: [get]}\n";
}

std::string one_of_many(std::size_t kind, const std::string& name, const std::string& value) {
  switch (kind) {
    case 0:
      return head("v1", "Secret", "team", name, value) + "stringData: {value: \"" + value + "\"}\n";
    case 1:
      return head("v1", "ServiceAccount", "team", name, value);
    case 2:
      return head("v1", "Service", "team", name, value) + "spec:\n  selector: {app: " + name +
             "}\n  ports:\n  - {name: web, port: 80}\n";
    case 3:
      return head("v1", "ConfigMap", "theirs", name, value) + "data: {value: \"" + value + "\"}\n";
    default:
      return head("v1", "ConfigMap", "team", name, value) + "data: {value: \"" + value + "\"}\n";
  }
}

constexpr std::size_t kinds_of_many = 6;

std::string moving(const std::string& name) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name +
         "\n  namespace: team\n  labels: {moves: \"yes\"}\ndata: {value: here}\n";
}

std::string kept_name(Side side) { return "kept-" + to_string(side); }

std::string kept(Side side) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + kept_name(side) +
         "\n  namespace: team\n  annotations: {helm.sh/resource-policy: keep}\n"
         "data: {value: precious}\n";
}

void make(const Members& members, const std::string& member, const std::string& path,
          const std::string& body) {
  const KubeReply reply = members.call(member, {.verb = "POST", .path = path, .body = body});
  if (reply.status != 201)
    throw std::runtime_error(member + path + ": " + std::to_string(reply.status) + reply.error);
}

// They look like ours as far as anybody may.
void make_witnesses(const Members& members, const std::string& member) {
  make(members, member, "/api/v1/namespaces",
       R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":"theirs"}})");
  const std::string metadata =
      R"("metadata":{"name":"witness","labels":{"app.kubernetes.io/managed-by":"flotilla"}})";
  for (const std::string kind : {"ConfigMap", "Secret", "ServiceAccount"})
    make(members, member, collection_path(kind, "theirs"),
         R"({"apiVersion":"v1","kind":")" + kind + R"(",)" + metadata + "}");
  make(members, member, collection_path("ClusterRole", ""),
       R"({"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole",)" + metadata + "}");
}

}  // namespace

Side other(Side side) { return side == Side::left ? Side::right : Side::left; }
std::string to_string(Side side) { return side == Side::left ? "left" : "right"; }

Crowd::Crowd(std::size_t how_many) : world(open_example_members()), objects(how_many) {
  for (const std::string& member : world.members->names()) {
    make_witnesses(*world.members, member);
    world.repo.write("clusters/" + member + ".yaml", cluster_file(member));
  }
  world.members->forget_requests();
  world.repo.write("fleet.yaml", fleet);
  world.repo.write("policies/everywhere.yaml", everywhere);
  world.repo.write("team.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: team}\n");
  world.repo.write("promotions.yaml", definition);
}

std::string Crowd::commit(Side side) {
  WorkTree& repo = world.repo;
  const std::string here = to_string(side);
  std::filesystem::remove_all(repo / "objects");
  const auto write = [&](const std::string& name, const std::string& text) {
    repo.write("objects/" + name + ".yaml", text);
  };
  repo.write("policies/moving.yaml", moving_policy(side));
  write("kept", kept(side));
  write("promotion-stays", promotion("stays", "the same"));
  write("promotion-changes", promotion("changes", here));
  write("promotion-" + here, promotion("only-" + here, here));
  write("role-changes", cluster_role("changes", here));
  write("role-" + here, cluster_role("only-" + here, here));
  const std::size_t movers = objects / 10 + 1;
  for (std::size_t i = 0; i < movers; ++i) {
    const std::string name = "moves-" + std::to_string(i);
    write(name, moving(name));
  }
  for (std::size_t i = movers; i + 8 < objects; ++i) {
    const std::size_t kind = i / 3 % kinds_of_many;
    const std::string name = "many-" + std::to_string(i);
    if (i % 3 == 0) write(name, one_of_many(kind, name, "the same"));
    if (i % 3 == 1) write(name, one_of_many(kind, name, here));
    if (i % 3 == 2) write(name + "-" + here, one_of_many(kind, name + "-" + here, "new"));
  }
  return repo.commit("to the " + here);
}

std::string Crowd::take_away_kept(Side side) {
  std::string text;
  const std::string name = "ConfigMap team/" + kept_name(other(side));
  for (const std::string& member : world.members->names()) {
    const KubeReply reply = world.members->call(member, {.path = path_of(name)});
    if (reply.status != 200) {
      text += member + " did not keep " + name + "\n";
      continue;
    }
    const Json::Value live = parse_json_text(reply.body);
    for (const std::string& label : live["metadata"]["labels"].getMemberNames())
      text += member + ": " + name + " still has the label " + label + "\n";
    world.members->call(member, {.verb = "DELETE", .path = path_of(name)});
  }
  return text;
}

namespace {

std::size_t go(Crowd& crowd, Side side, bool anew) {
  crowd.commit(side);
  crowd.world.members->forget_requests();
  const Outcome run = crowd.world.run_once();
  if (run.code != 0) throw std::runtime_error("undisturbed, and yet: " + run.text());
  const std::size_t requests = crowd.world.members->request_count();
  const std::string fault = anew ? "" : crowd.take_away_kept(side);
  if (!fault.empty()) throw std::runtime_error("undisturbed, and yet: " + fault);
  return requests;
}

}  // namespace

CrowdEnds undisturbed_ends(std::size_t objects) {
  CrowdEnds ends;
  Crowd crowd(objects);
  ends.from_nothing = go(crowd, Side::left, true);
  ends.left = end_state(crowd.world);
  ends.to_right = go(crowd, Side::right, false);
  ends.right = end_state(crowd.world);
  ends.to_left = go(crowd, Side::left, false);
  const std::string unlike = difference(end_state(crowd.world), ends.left);
  if (!unlike.empty()) throw std::runtime_error("to and fro is not where it was: " + unlike);
  return ends;
}

}  // namespace flotilla::tests
