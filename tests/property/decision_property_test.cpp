#include "reconciler/status/documents.h"
#include "render/document/json.h"
#include "tests/property/repositories.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <sstream>

using namespace flotilla;
using namespace flotilla::tests;

namespace {

constexpr unsigned seeds = 60;
constexpr int steps = 25;

// ---- a decision as lines, so that a difference can be read

std::string names(const std::set<ObjectKey>& keys) {
  std::string text;
  for (const ObjectKey& key : keys) text += " " + to_string(key);
  return text;
}

void print(std::ostream& out, const manifest::Terms& terms) {
  out << terms.takes_over << static_cast<int>(terms.drift) << terms.recreate << " " << terms.unit
      << " " << terms.wave;
  for (const std::string& pointer : terms.ignored) out << " " << pointer;
  out << names({terms.depends_on.begin(), terms.depends_on.end()});
}

void print(std::ostream& out, const decision::Binding& binding) {
  out << "binding " << to_string(binding.object) << (binding.kept ? " kept " : " ")
      << binding.suspension.everywhere << binding.suspension.clusters.size() << " "
      << canonical_json(status::binding_object(binding)) << "\n";
}

std::string printed(const decision::Decision& decision) {
  std::ostringstream out;
  out << decision.revision << " " << decision.owner << " " << decision.owner_source << "\n";
  for (const overrides::Cluster& cluster : decision.clusters)
    out << "cluster " << cluster.name << " " << canonical_json(cluster.status) << "\n";
  for (const std::string& cluster : decision.faulty_clusters) out << "faulty " << cluster << "\n";
  for (const decision::Binding& binding : decision.bindings) print(out, binding);
  for (const auto& [cluster, work] : decision.work) {
    for (const manifest::Manifest& manifest : work.manifests) {
      out << cluster << " gets " << to_string(manifest.key) << " ";
      print(out, manifest.terms);
      out << " " << manifest.source << " " << manifest.digest << "\n";
    }
    out << cluster << " holds" << names(work.held) << "\n";
  }
  out << "unmatched" << names({decision.unmatched.begin(), decision.unmatched.end()}) << "\n";
  out << "undecided" << names(decision.undecided) << "\n";
  for (const std::string& file : decision.faulty_files) out << "faulty " << file << "\n";
  out << "unreadable " << decision.unreadable << "\n";
  out << "vanished" << names({decision.vanished.begin(), decision.vanished.end()}) << "\n";
  for (const decision::LeavingCluster& leaving : decision.leaving)
    out << "leaving " << leaving.cluster.name << " " << leaving.confirmed << "\n";
  out << decision.settings_digest << decision.same_settings << decision.templates.size() << " "
      << decision.guard.count << " " << decision.guard.percent << "\n";
  for (const Problem& problem : decision.problems)
    out << to_string(problem) << " " << problem.object << " " << problem.code << "\n";
  return out.str();
}

// The first lines in which two decisions differ; empty if they are alike.
std::string difference(const decision::Decision& a, const decision::Decision& b) {
  std::istringstream left(printed(a));
  std::istringstream right(printed(b));
  std::string one, two;
  while (true) {
    const bool more = static_cast<bool>(std::getline(left, one));
    const bool more_too = static_cast<bool>(std::getline(right, two));
    if (!more && !more_too) return "";
    if (!more) one = "(end)";
    if (!more_too) two = "(end)";
    if (one != two) return one + "\n" + two;
  }
}

// ---- what is remembered

// A binding as the status branch gives it back.
decision::BindingPtr reread(const decision::BindingPtr& binding) {
  auto read = status::read_binding(status::binding_object(*binding));
  REQUIRE(read);
  return std::make_shared<const decision::Binding>(std::move(*read));
}

void remember(decision::Previous& previous, const decision::Decision& decision) {
  previous.owner = decision.owner;
  previous.owner_source = decision.owner_source;
  previous.bindings.clear();
  for (const decision::BindingPtr& binding : decision.bindings.pointers())
    previous.bindings[binding->object] = binding;
  std::set<std::string> leaving;
  for (const decision::LeavingCluster& one : decision.leaving) leaving.insert(one.cluster.name);
  std::erase_if(previous.cluster_objects, [&](const auto& cluster) {
    return !decision.faulty_clusters.contains(cluster.first) && !leaving.contains(cluster.first);
  });
  std::erase_if(previous.cluster_sources, [&](const auto& cluster) {
    return !previous.cluster_objects.contains(cluster.first);
  });
  for (const overrides::Cluster& cluster : decision.clusters) {
    previous.cluster_sources[cluster.name] = cluster.object->source.file;
    previous.cluster_objects[cluster.name] = cluster.object->tree;
    if (!decision.work.at(cluster.name).manifests.empty())
      previous.inhabited_clusters.insert(cluster.name);
  }
  previous.settings_digest = decision.settings_digest;
}

Json::Value some_apis(Dice& dice) {
  Json::Value apis(Json::arrayValue);
  const std::pair<const char*, std::vector<const char*>> served[] = {
      {"v1", {"ConfigMap", "Secret", "Service", "Namespace", "ResourceQuota"}},
      {"apps/v1", {"Deployment", "StatefulSet"}},
      {"batch/v1", {"Job"}}};
  for (const auto& [version, kinds] : served) {
    Json::Value one(Json::objectValue);
    one["groupVersion"] = version;
    for (const char* kind : kinds) {
      if (dice.one_in(5)) continue;
      Json::Value resource(Json::objectValue);
      resource["kind"] = kind;
      one["resources"].append(resource);
    }
    apis.append(one);
  }
  return apis;
}

void observe(decision::Previous& previous, Dice& dice) {
  for (const std::string name : {"ap", "eu", "us", "za"}) {
    if (!dice.one_in(2)) continue;
    Json::Value status(Json::objectValue);
    Json::Value& room = status["resourceSummary"]["allocatable"];
    room["cpu"] = std::to_string(dice.between(1, 12));
    room["pods"] = std::to_string(dice.between(2, 20));
    if (dice.one_in(2)) {
      Json::Value& ready = status["conditions"][0];
      ready["type"] = "Ready";
      ready["reason"] = "Observed";
      ready["status"] = dice.one_in(3) ? "False" : dice.one_in(4) ? "Unknown" : "True";
    }
    if (dice.one_in(3)) status["apiEnablements"] = some_apis(dice);
    previous.cluster_status[name] = status;
  }
}

// What others do to the memory between two passes.
std::string meddle(decision::Previous& previous, Dice& dice) {
  if (dice.one_in(4)) {
    for (auto& [key, binding] : previous.bindings) binding = reread(binding);
    return "reread";
  }
  if (dice.one_in(12)) {
    observe(previous, dice);
    return "status";
  }
  if (dice.one_in(25)) {
    previous.bindings.clear();
    return "forget all";
  }
  if (dice.one_in(12) && !previous.bindings.empty()) {
    auto one = previous.bindings.begin();
    std::advance(one, dice.between(0, static_cast<std::int64_t>(previous.bindings.size()) - 1));
    previous.bindings.erase(one);
    return "forget one";
  }
  if (dice.one_in(12) && !previous.bindings.empty()) {
    auto one = previous.bindings.begin();
    std::advance(one, dice.between(0, static_cast<std::int64_t>(previous.bindings.size()) - 1));
    decision::Binding asked = *one->second;
    asked.reschedule_triggered_at = "2030-01-01T00:00:00Z";
    one->second = std::make_shared<const decision::Binding>(std::move(asked));
    return "ask to reschedule";
  }
  return "";
}

decision::Snapshot snapshot(const Repository& repository, catalog::ParseCache* cache, int step) {
  const catalog::MemoryTree tree(repository.files());
  const std::string minute = (step < 10 ? "0" : "") + std::to_string(step);
  return {"main@sha1:" + std::to_string(step), catalog::load_catalog(tree, cache).value(),
          "2026-11-21T10:" + minute + ":00Z"};
}

// The same files under names that sort the other way round.
catalog::Catalog renamed(const Repository& repository) {
  std::map<std::string, std::string> files;
  for (const auto& [path, content] : repository.files())
    files["f" + std::to_string(1000 - files.size()) + ".yaml"] = content;
  return catalog::load_catalog(catalog::MemoryTree(files)).value();
}

// What goes where, without the names of files.
std::string places(const decision::Decision& decision) {
  std::ostringstream out;
  for (const decision::Binding& binding : decision.bindings) {
    out << to_string(binding.object) << " " << binding.name << " " << binding.policy.namespace_
        << "/" << binding.policy.name;
    for (const placement::TargetCluster& target : decision::targets(binding))
      out << " " << target.name << ":" << target.replicas.value_or(-1);
    out << "\n";
  }
  for (const auto& [cluster, work] : decision.work) {
    out << cluster << names(work.held) << "\n";
    for (const manifest::Manifest& manifest : work.manifests)
      out << to_string(manifest.key) << manifest.terms.takes_over << "\n";
  }
  out << names(decision.undecided);
  return out.str();
}

// Objects go to their targets and nowhere else, except Namespaces, which follow.
void check_places(const decision::Decision& decision) {
  std::map<ObjectKey, const decision::Binding*> bindings;
  std::set<std::string> paths;
  for (const decision::Binding& binding : decision.bindings) {
    bindings[binding.object] = &binding;
    INFO("two bindings of one name: " << status::binding_path(binding));
    CHECK(paths.insert(status::binding_path(binding)).second);
  }
  for (const auto& [cluster, work] : decision.work) {
    std::set<ObjectKey> seen;
    for (const manifest::Manifest& manifest : work.manifests) {
      INFO(cluster << " gets " << to_string(manifest.key));
      CHECK(seen.insert(manifest.key).second);
      CHECK_FALSE(work.held.contains(manifest.key));
      if (manifest.key.kind == "Namespace") continue;
      const auto binding = bindings.find(manifest.key);
      REQUIRE(binding != bindings.end());
      const auto targets = decision::targets(*binding->second);
      CHECK(std::any_of(targets.begin(), targets.end(),
                        [&](const placement::TargetCluster& t) { return t.name == cluster; }));
    }
  }
}

void live(unsigned seed) {
  Dice dice(seed);
  Repository repository(dice);
  catalog::ParseCache cache;
  decision::Decider decider;
  decision::Previous previous;
  observe(previous, dice);
  std::string story;
  for (int step = 0; step < steps; ++step) {
    const decision::Snapshot now = snapshot(repository, &cache, step);
    const decision::Decision remembering = decider.decide(now, previous);
    const decision::Decision afresh = decision::decide(now, previous);
    INFO("seed " << seed << ", step " << step << ": " << story);
    REQUIRE(difference(remembering, afresh) == "");
    check_places(remembering);
    remember(previous, remembering);
    story = meddle(previous, dice);
    for (std::int64_t edits = dice.between(0, 2); edits > 0; --edits)
      story += "; " + repository.edit(dice);
  }
}

}  // namespace

TEST_CASE("a decider that remembers decides like one that does not") {
  if (const char* seed = std::getenv("FLOTILLA_SEED"))
    return live(static_cast<unsigned>(std::atoi(seed)));
  for (unsigned seed = 0; seed < seeds; ++seed) live(seed);
}

TEST_CASE("deciding again changes nothing") {
  for (unsigned seed = 0; seed < 4 * seeds; ++seed) {
    Dice dice(seed);
    Repository repository(dice);
    for (std::int64_t edits = dice.between(0, 3); edits > 0; --edits) repository.edit(dice);
    const decision::Snapshot now = snapshot(repository, nullptr, 1);
    decision::Previous previous;
    previous.settings_digest = decision::decide(now, previous).settings_digest;
    const decision::Decision first = decision::decide(now, previous);
    remember(previous, first);
    INFO("seed " << seed);
    CHECK(difference(first, decision::decide(now, previous)) == "");
    for (auto& [key, binding] : previous.bindings) binding = reread(binding);
    CHECK(difference(first, decision::decide(now, previous)) == "");
  }
}

// Who found no room is tried again in the next pass, which sees the room as the clusters told it.
TEST_CASE("where room is short, decisions settle") {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    Dice dice(seed);
    Repository repository(dice);
    const decision::Snapshot now = snapshot(repository, nullptr, 1);
    decision::Previous previous;
    observe(previous, dice);
    std::string left = "undecided";
    for (int pass = 0; pass < 20 && !left.empty(); ++pass) {
      const decision::Decision before = decision::decide(now, previous);
      remember(previous, before);
      left = difference(before, decision::decide(now, previous));
    }
    INFO("seed " << seed);
    CHECK(left.empty());
  }
}

TEST_CASE("the order of files changes nothing") {
  for (unsigned seed = 0; seed < seeds; ++seed) {
    Dice dice(seed);
    Repository repository(dice);
    decision::Previous previous;
    observe(previous, dice);
    const decision::Decision one = decision::decide(snapshot(repository, nullptr, 1), previous);
    const decision::Decision two =
        decision::decide({one.revision, renamed(repository), "2026-11-21T10:01:00Z"}, previous);
    INFO("seed " << seed);
    CHECK(places(one) == places(two));
  }
}
