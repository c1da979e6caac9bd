#include "tests/soak/ends.h"

#include "render/yaml/reader.h"

#include <optional>
#include <stdexcept>

namespace flotilla::soak {

using tests::LiveObjects;

namespace {

constexpr const char* part_of = "applyset.kubernetes.io/part-of";

// What is ours on a cluster, of all kinds that the repository has; nothing if it does not answer.
std::optional<LiveObjects> ours_on(const tests::Members& members, const std::string& cluster) {
  LiveObjects objects;
  for (const char* kind : {"Namespace", "ConfigMap", "Deployment"}) {
    const tests::KubeReply reply =
        members.call(cluster, {.path = tests::collection_path(kind, "")});
    if (reply.status != 200) return std::nullopt;
    const Json::Value list = tests::parse_json_text(reply.body);
    for (Json::Value object : list["items"]) {
      if (!object["metadata"]["labels"].isMember(part_of)) continue;
      object["kind"] = kind;
      object["apiVersion"] = list["apiVersion"];
      objects[tests::name_of(object)] = std::move(object);
    }
  }
  return objects;
}

Json::Value document(const tests::World& world, const std::string& file) {
  const yaml::ReadResult read = yaml::read_documents(world.status_file(file), file);
  if (!read.problems.empty() || read.documents.size() != 1) return {};
  return read.documents.front().tree;
}

std::string condition(const Json::Value& object, const std::string& type) {
  for (const Json::Value& one : object["status"]["conditions"])
    if (one["type"] == type)
      return one["status"].asString() + " (" + one["reason"].asString() + ": " +
             one["message"].asString() + ")";
  return "not there";
}

template <class Left, class Right>
std::string names_unlike(const Left& wanted, const Right& found, const std::string& where) {
  std::string text;
  for (const auto& [name, what] : wanted)
    if (!found.contains(name)) text += where + " lacks " + name + "\n";
  for (const auto& [name, what] : found)
    if (!wanted.contains(name)) text += where + " has " + name + "\n";
  return text;
}

}  // namespace

void Ends::render() {
  if (rendered_commit_ == line_.head()) return;
  const tests::Outcome outcome =
      tests::flotilla({"render", "--repo", world_.repo.path().string(), "-o", "json"});
  if (outcome.code != 0) throw std::runtime_error("the repository does not render: " + outcome.err);
  rendered_.clear();
  const Json::Value root = tests::parse_json_text(outcome.out);
  const Wanted want = wanted(line_.content());
  for (const auto& [cluster, objects] : want) {
    LiveObjects& all = rendered_[cluster];
    for (const Json::Value& object : root["manifests"][cluster])
      all[tests::name_of(object)] = object;
    for (const std::string& held : line_.content().held)
      if (held == cluster) throw std::logic_error("looked at while deletions are held");
    LiveObjects of_space = all;
    of_space.erase("Namespace " + space);
    const std::string unlike = names_unlike(objects, of_space, "what is rendered for " + cluster);
    if (!unlike.empty()) throw std::runtime_error(unlike);
  }
  rendered_commit_ = line_.head();
}

std::string Ends::wrong() {
  render();
  std::string text = wrong_on_clusters();
  if (!text.empty()) return text;
  text = wrong_in_status();
  if (!text.empty()) return text;
  return wrong_in_history();
}

std::string Ends::wrong_on_clusters() {
  std::string text;
  ours_.clear();
  for (const auto& [cluster, objects] : rendered_) {
    auto live = ours_on(*world_.members, cluster);
    if (!live) return cluster + " does not answer\n";
    text += names_unlike(objects, *live, cluster);
    for (const auto& [name, object] : objects) {
      const auto found = live->find(name);
      if (found == live->end()) continue;
      const std::string unlike = tests::first_difference(object, found->second);
      if (!unlike.empty()) text += cluster + ": " + name + unlike + "\n";
    }
    ours_[cluster] = std::move(*live);
  }
  return text;
}

std::string Ends::wrong_in_status() {
  const std::string ref = "refs/heads/" + tests::status_branch;
  if (world_.repo.git({"ls-remote", "origin", ref}).empty()) return "there is no status branch\n";
  world_.repo.git({"fetch", "--quiet", "--force", "origin", ref + ":" + ref});
  const Json::Value fleet = document(world_, "fleet.yaml");
  std::string text;
  if (fleet["status"]["revision"] != "main@sha1:" + line_.head())
    text += "the status is of " + fleet["status"]["revision"].asString() + ", want " +
            line_.head() + "\n";
  if (fleet["status"]["observedGeneration"].asUInt64() != line_.length())
    text += "the status is of generation " +
            std::to_string(fleet["status"]["observedGeneration"].asUInt64()) + ", want " +
            std::to_string(line_.length()) + "\n";
  if (const std::string ready = condition(fleet, "Ready"); !ready.starts_with("True"))
    text += "the fleet's Ready is " + ready + "\n";
  for (const std::string& cluster : world_.members->names()) {
    const std::string ready = condition(document(world_, "clusters/" + cluster + ".yaml"), "Ready");
    if (!ready.starts_with("True")) text += cluster + ": Ready is " + ready + "\n";
    text += wrong_in_inventory(cluster);
  }
  return text;
}

std::string Ends::wrong_in_inventory(const std::string& cluster) const {
  const LiveObjects& live = ours_.at(cluster);
  const Json::Value inventory = document(world_, "inventory/" + cluster + ".yaml");
  std::map<std::string, const Json::Value*> items;
  std::string text;
  for (const Json::Value& item : inventory["items"]) {
    Json::Value object;
    object["kind"] = item["kind"];
    object["metadata"]["name"] = item["name"];
    object["metadata"]["namespace"] = item["namespace"];
    items[tests::name_of(object)] = &item;
  }
  text += names_unlike(live, items, "the inventory of " + cluster);
  for (const auto& [name, item] : items) {
    const auto found = live.find(name);
    if (found == live.end()) continue;
    if ((*item)["uid"] != found->second["metadata"]["uid"])
      text += "the inventory of " + cluster + " has another uid of " + name + "\n";
    if ((*item)["state"] != "Applied")
      text += "the inventory of " + cluster + " has " + name + " as " +
              (*item)["state"].asString() + "\n";
  }
  return text;
}

std::string Ends::wrong_in_history() {
  std::string text = notes_.missing();
  const std::string head =
      tests::lines_of(world_.repo.git({"rev-parse", tests::status_branch})).front();
  if (!status_head_.empty()) {
    const std::string base =
        tests::lines_of(world_.repo.git({"merge-base", status_head_, head})).front();
    if (base != status_head_)
      text += "the status branch was rewritten: " + status_head_ + " is gone\n";
  }
  if (text.empty()) status_head_ = head;
  return text;
}

}  // namespace flotilla::soak
