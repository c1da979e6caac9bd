#include "tests/integration/fleet/world.h"

#include "render/yaml/reader.h"

#include <algorithm>
#include <stdexcept>

namespace flotilla::tests {
namespace {

std::string annotation_lines(const std::vector<std::string>& annotations) {
  if (annotations.empty()) return "";
  std::string text = "  annotations:\n";
  for (const std::string& line : annotations) text += "    " + line + "\n";
  return text;
}

Json::Value inventory(const World& world, const std::string& cluster) {
  const std::string file = "inventory/" + cluster + ".yaml";
  const yaml::ReadResult read = yaml::read_documents(world.status_file(file), file);
  if (!read.problems.empty() || read.documents.size() != 1)
    throw std::runtime_error(file + " of the status branch is not one YAML document");
  return read.documents.front().tree;
}

std::string item_name(const Json::Value& item) {
  const std::string space = item["namespace"].asString();
  return item["kind"].asString() + " " + (space.empty() ? "" : space + "/") +
         item["name"].asString();
}

}  // namespace

World::World(std::unique_ptr<Members> on) : members(std::move(on)) {
  write_kubeconfig(*members, kubeconfig);
}

Arguments World::run_arguments(const Arguments& more) const {
  Arguments all = {
      "run",        "--repo",         repo.path().string(), "--kubeconfig", kubeconfig.string(),
      "--data-dir", data_dir.string()};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

Outcome World::run_once(const Arguments& more) const {
  Arguments all = run_arguments({"--once"});
  all.insert(all.end(), more.begin(), more.end());
  return flotilla(all);
}

void World::lose_data_dir() const { std::filesystem::remove_all(data_dir); }

void World::lose_status_branch() const { repo.git({"branch", "--quiet", "-D", status_branch}); }

std::string World::status_file(const std::string& file) const {
  return repo.show(status_branch, file);
}

World example_world() {
  World world(open_example_members());
  world.repo.copy_from(WorkTree::example());
  world.commit("the shop");
  return world;
}

std::map<std::string, std::set<std::string>> example_objects() {
  std::map<std::string, std::set<std::string>> objects;
  const std::string table = read_file(FLOTILLA_SOURCE_DIR "/tests/tables/example_objects.tsv");
  for (const std::string& line : lines_of(table)) {
    if (line.starts_with("#")) continue;
    const std::size_t tab = line.find('\t');
    const std::vector<std::string> clusters = split(line.substr(tab + 1), ',');
    objects[line.substr(0, tab)] = {clusters.begin(), clusters.end()};
  }
  return objects;
}

std::set<std::string> example_objects_on(const std::string& cluster) {
  std::set<std::string> names;
  for (const auto& [name, clusters] : example_objects())
    if (clusters.contains(cluster)) names.insert(name);
  return names;
}

std::string config_map(const std::string& name, const std::string& value,
                       const std::string& namespace_name) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name +
         "\n  namespace: " + namespace_name + "\ndata:\n  value: \"" + value + "\"\n";
}

std::string cluster_file(const std::string& name, const std::string& spec) {
  return "apiVersion: cluster.karmada.io/v1alpha1\nkind: Cluster\nmetadata:\n  name: " + name +
         "\nspec:\n" + spec;
}

void write_fleet(World& world, const std::string& spec) {
  world.repo.write("fleet.yaml",
                   "apiVersion: flotilla.dev/v1alpha1\nkind: Fleet\nmetadata:\n  name: small\n" +
                       (spec.empty() ? "" : "spec:\n" + spec));
}

void write_policy(World& world, const std::string& name, const std::vector<std::string>& kinds,
                  const std::string& spec, const std::string& annotations) {
  std::string text =
      "apiVersion: policy.karmada.io/v1alpha1\nkind: ClusterPropagationPolicy\nmetadata:\n  "
      "name: " +
      name + "\n  annotations: " + annotations + "\nspec:\n" + spec + "  resourceSelectors:\n";
  for (const std::string& kind : kinds) {
    const std::vector<std::string> parts = split(kind, ' ');  // "v1 ConfigMap", "v1 ConfigMap NAME"
    text += "    - apiVersion: " + parts.at(0) + "\n      kind: " + parts.at(1) + "\n";
    if (parts.size() > 2) text += "      name: " + parts.at(2) + "\n";
  }
  world.repo.write("policies/" + name + ".yaml", text);
}

void also_select(World& world, const std::vector<std::string>& kinds) {
  std::vector<std::string> all = {"v1 ConfigMap", "v1 Namespace"};
  all.insert(all.end(), kinds.begin(), kinds.end());
  write_policy(world, "everywhere", all);
}

std::string annotated_map(const std::string& name, const std::vector<std::string>& annotations,
                          const std::string& value) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name + "\n  namespace: team\n" +
         annotation_lines(annotations) + "data:\n  value: \"" + value + "\"\n";
}

std::string promotion_definition() {
  return read_file(WorkTree::example() / "platform/promotions-crd.yaml");
}

std::string promotion(const std::string& name, const std::vector<std::string>& annotations) {
  return "apiVersion: shop.example.com/v1alpha1\nkind: Promotion\nmetadata:\n  name: " + name +
         "\n  namespace: team\n" + annotation_lines(annotations) +
         "spec:\n  title: A sale\n  discountPercent: 5\n  startsOn: \"2026-01-01\"\n"
         "  endsOn: \"2026-02-01\"\n";
}

std::string deployment(const std::string& name, const std::string& image,
                       const std::vector<std::string>& annotations, const std::string& app) {
  return "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: " + name +
         "\n  namespace: team\n" + annotation_lines(annotations) +
         "spec:\n  replicas: 3\n  selector: {matchLabels: {app: " + app +
         "}}\n  template:\n    metadata: {labels: {app: " + app +
         "}}\n    spec: {containers: [{name: c, image: \"" + image + "\"}]}\n";
}

World small_world(std::vector<std::string> clusters) {
  World world(open_members(clusters));
  write_fleet(world, "");
  for (const std::string& cluster : clusters)
    world.repo.write("clusters/" + cluster + ".yaml", cluster_file(cluster));
  world.repo.write("team.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: team\n");
  world.repo.write("config/one.yaml", config_map("one", "1"));
  world.repo.write("config/two.yaml", config_map("two", "2"));
  also_select(world, {});
  world.commit("a small fleet");
  return world;
}

std::set<std::string> inventory_names(const World& world, const std::string& cluster) {
  std::set<std::string> names;
  const Json::Value document = inventory(world, cluster);
  for (const Json::Value& item : document["items"]) names.insert(item_name(item));
  return names;
}

Json::Value inventory_item(const World& world, const std::string& cluster,
                           const std::string& name) {
  const Json::Value document = inventory(world, cluster);
  for (const Json::Value& item : document["items"])
    if (item_name(item) == name) return item;
  return {};
}

std::vector<std::string> writes_on(const Members& members, const std::string& member) {
  std::vector<std::string> writes;
  for (const SeenRequest& request : members.requests(member))
    if (request.writes()) writes.push_back(to_string(request));
  std::ranges::sort(writes);
  return writes;
}

}  // namespace flotilla::tests
