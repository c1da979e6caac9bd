#include "reconciler/decision/order.h"

#include "tests/unit/decision/repository.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace flotilla;
using namespace flotilla::tests;
using decision::ApplyOrder;
using decision::Progress;

namespace {

using Keys = std::vector<ObjectKey>;

// The manifests of one cluster, and how far each is.
class Scene {
 public:
  manifest::Terms& add(const ObjectKey& object, const std::string& json = "{}") {
    manifest::Manifest& manifest = all_.emplace_back();
    manifest.key = object;
    manifest.json = std::make_shared<const std::string>(json);
    return manifest.terms;
  }
  manifest::Terms& add(const std::string& name) { return add(key(name)); }
  void set(const std::string& name, Progress progress) { progress_[key(name)] = progress; }
  void set(const ObjectKey& object, Progress progress) { progress_[object] = progress; }
  void hold(const ObjectKey& object) { held_.insert(object); }

  // "now: a b | blocked: c (by d: reason) | invalid: e (reason)"; all that is not ready is wanted.
  std::string next() {
    decision::ClusterWork work;
    std::sort(all_.begin(), all_.end(),
              [](const auto& a, const auto& b) { return manifest::applies_before(a.key, b.key); });
    for (const manifest::Manifest& manifest : all_) work.manifests.push_back(manifest);
    work.held = held_;
    const ApplyOrder order(work);
    const auto progress = [&](const ObjectKey& object) {
      const auto found = progress_.find(object);
      return found == progress_.end() ? Progress::absent : found->second;
    };
    std::vector<const manifest::Manifest*> wanted;
    for (const manifest::Manifest& manifest : work.manifests)
      if (progress(manifest.key) == Progress::absent) wanted.push_back(&manifest);
    const ApplyOrder::Round round = order.next(wanted, progress);
    std::string text = "now:";
    for (const manifest::Manifest* one : round.now) text += " " + one->key.name;
    for (const ApplyOrder::Blocked& one : round.blocked)
      text += " | " + one.manifest->key.name + " " + one.reason;
    for (const ApplyOrder::Blocked& one : round.invalid)
      text += " | invalid " + one.manifest->key.name + " " + one.reason;
    return text;
  }

 private:
  std::vector<manifest::Manifest> all_;
  std::map<ObjectKey, Progress> progress_;
  std::set<ObjectKey> held_;
};

const ObjectKey space = {"", "Namespace", "", "shop"};
const ObjectKey definition = {"apiextensions.k8s.io", "CustomResourceDefinition", "",
                              "things.x.io"};
constexpr const char* thing_definition =
    "{\"spec\":{\"group\":\"x.io\",\"names\":{\"kind\":\"Thing\"}}}";

}  // namespace

TEST_CASE("dependencies are written as cli-utils writes them, or as we do") {
  struct Case {
    std::string text;
    Keys keys;
  };
  const ObjectKey role{"rbac.authorization.k8s.io", "ClusterRole", "", "r"};
  const std::vector<Case> cases = {
      {"apps/namespaces/shop/Deployment/db", {deployment_key("db")}},
      {"/namespaces/shop/ConfigMap/one", {key("one")}},
      {"/Namespace/shop", {space}},
      {"rbac.authorization.k8s.io/ClusterRole/r", {role}},
      {"Deployment.apps/shop/db", {deployment_key("db")}},
      {"ConfigMap/shop/one", {key("one")}},
      {"Namespace/shop", {space}},
      {"ClusterRole.rbac.authorization.k8s.io/r", {role}},
      {" Namespace/shop ,\n/namespaces/shop/ConfigMap/one", {space, key("one")}},
  };
  for (const Case& c : cases) {
    INFO(c.text);
    const auto keys = decision::parse_depends_on(c.text);
    REQUIRE(keys);
    CHECK(*keys == c.keys);
  }
}

TEST_CASE("what names no object is said, all of it at once") {
  for (const std::string text :
       {"", "web", "Namespace/", "apps/namespaces/shop/Deployment", "apps/shop/Deployment/db",
        "a/b/C/d/e/f", "/namespaces//ConfigMap/x", "Namespace/shop,"}) {
    INFO(text);
    CHECK_FALSE(decision::parse_depends_on(text));
  }
  const auto both = decision::parse_depends_on("web, Namespace/shop, db");
  CHECK(both.error().message.starts_with("has \"web\", \"db\", want group/"));
}

TEST_CASE("nothing waits without a reason") {
  Scene scene;
  scene.add("a");
  scene.add("b");
  scene.add(deployment_key("web"));
  CHECK(scene.next() == "now: a b web");
}

TEST_CASE("an object waits for its namespace to be there, a custom one for its definition") {
  Scene scene;
  scene.add("a");
  scene.add(space);
  scene.add(definition, thing_definition);
  scene.add({"x.io", "Thing", "other", "t"});
  scene.add({"x.io", "Other", "other", "o"});
  CHECK(scene.next() ==
        "now: things.x.io shop o | a waits for Namespace/shop to be there | t waits for "
        "CustomResourceDefinition.apiextensions.k8s.io/things.x.io to be ready");
  scene.set(space, Progress::unready);
  scene.set(definition, Progress::unready);
  CHECK(scene.next() ==
        "now: a o | t waits for CustomResourceDefinition.apiextensions.k8s.io/things.x.io to be "
        "ready");
  scene.set(definition, Progress::ready);
  CHECK(scene.next() == "now: a o t");
}

TEST_CASE("a dependency is waited for until it is ready") {
  Scene scene;
  scene.add("a").depends_on = {key("b")};
  scene.add("b");
  scene.add("c");
  CHECK(scene.next() == "now: b c | a waits for ConfigMap/shop/b to be ready");
  scene.set("b", Progress::unready);
  CHECK(scene.next() == "now: c | a waits for ConfigMap/shop/b to be ready");
  scene.set("b", Progress::failed);
  CHECK(scene.next() == "now: c | a waits for ConfigMap/shop/b to be ready, which failed");
  scene.set("b", Progress::ready);
  CHECK(scene.next() == "now: a c");
}

TEST_CASE("a chain names where it begins") {
  Scene scene;
  scene.add("a").depends_on = {key("b")};
  scene.add("b").depends_on = {key("c")};
  scene.add("c").depends_on = {key("d")};
  scene.add("d");
  scene.set("d", Progress::failed);
  const std::string waits = " waits for ConfigMap/shop/d to be ready, which failed";
  CHECK(scene.next() == "now: | a" + waits + " | b" + waits + " | c" + waits);
  // Something that is there is waited for itself.
  scene.set("b", Progress::unready);
  CHECK(scene.next() == "now: | a waits for ConfigMap/shop/b to be ready | c" + waits);
}

TEST_CASE("a wave waits for all lower ones of its unit, and for nobody else's") {
  Scene scene;
  const auto add = [&](const std::string& name, const std::string& unit, std::int64_t wave) {
    manifest::Terms& terms = scene.add(name);
    terms.unit = unit;
    terms.wave = wave;
  };
  add("early", "u", -1);
  add("plain", "u", 0);
  add("late", "u", 5);
  add("later", "u", 6);
  add("other", "v", 9);
  add("alone", "", 9);
  const std::string early = " waits for ConfigMap/shop/early (wave -1) to be ready";
  CHECK(scene.next() ==
        "now: alone early other | late" + early + " | later" + early + " | plain" + early);
  scene.set("early", Progress::ready);
  const std::string plain = " waits for ConfigMap/shop/plain (wave 0) to be ready";
  CHECK(scene.next() == "now: alone other plain | late" + plain + " | later" + plain);
  scene.set("plain", Progress::ready);
  scene.set("late", Progress::ready);
  CHECK(scene.next() == "now: alone later other");
}

TEST_CASE("objects that wait for each other are invalid, what depends on them waits") {
  Scene scene;
  scene.add("a").depends_on = {key("b")};
  scene.add("b").depends_on = {key("c")};
  scene.add("c").depends_on = {key("a")};
  scene.add("d").depends_on = {key("b")};
  scene.add("e").depends_on = {key("e")};
  scene.add("free");
  const std::string cycle =
      " dependency cycle: ConfigMap/shop/a → ConfigMap/shop/b → ConfigMap/shop/c → "
      "ConfigMap/shop/a";
  CHECK(scene.next() == "now: free | d waits for ConfigMap/shop/b to be ready | invalid a" + cycle +
                            " | invalid b" + cycle + " | invalid c" + cycle +
                            " | invalid e dependency cycle: ConfigMap/shop/e → ConfigMap/shop/e");
}

TEST_CASE("a cycle may go through waves and namespaces") {
  Scene scene;
  scene.add("a").depends_on = {key("b")};
  manifest::Terms& late = scene.add("b");
  late.unit = "u";
  late.wave = 1;
  manifest::Terms& early = scene.add("c");
  early.unit = "u";
  early.depends_on = {key("a")};
  scene.add(space).depends_on = {key("z")};
  scene.add("z");
  const std::string text = scene.next();
  CHECK(text.find("invalid a dependency cycle: ConfigMap/shop/a → ConfigMap/shop/b → "
                  "ConfigMap/shop/c → ConfigMap/shop/a") != std::string::npos);
  CHECK(text.find("invalid z dependency cycle: ConfigMap/shop/z → Namespace/shop → "
                  "ConfigMap/shop/z") != std::string::npos);
}

TEST_CASE("a dependency has to go to the cluster, or to be held there") {
  Scene scene;
  scene.add("a").depends_on = {key("gone")};
  scene.add("b").depends_on = {key("held")};
  scene.add("c").depends_on = {key("a")};
  scene.hold(key("held"));
  CHECK(scene.next() ==
        "now: | b waits for ConfigMap/shop/held to be ready | c waits for ConfigMap/shop/a to be "
        "ready | invalid a depends on ConfigMap/shop/gone, which does not go to this cluster");
  scene.set("held", Progress::ready);
  CHECK(scene.next().starts_with("now: b |"));
}

TEST_CASE("long chains and many waves cost no more than they must") {
  constexpr int many = 10000;
  int asked = 0;
  decision::ClusterWork work;
  std::vector<std::shared_ptr<const manifest::Manifest>> list;
  for (int i = 0; i < many; ++i) {
    manifest::Manifest manifest;
    manifest.key = key("c" + std::to_string(i));
    manifest.json = std::make_shared<const std::string>("{}");
    manifest.terms.unit = "u";
    manifest.terms.wave = i / 2;
    if (i > 0) manifest.terms.depends_on = {key("c" + std::to_string(i - 1))};
    list.push_back(std::make_shared<const manifest::Manifest>(std::move(manifest)));
  }
  std::sort(list.begin(), list.end(),
            [](const auto& a, const auto& b) { return manifest::applies_before(a->key, b->key); });
  work.manifests.pointers() = Chunked(list);
  std::vector<const manifest::Manifest*> wanted;
  for (const manifest::Manifest& manifest : work.manifests) wanted.push_back(&manifest);
  const ApplyOrder::Round round = ApplyOrder(work).next(wanted, [&](const ObjectKey&) {
    ++asked;
    return Progress::absent;
  });
  CHECK(asked <= 4 * many);
  REQUIRE(round.now.size() == 1);
  CHECK(round.now.front()->key == key("c0"));
  REQUIRE(round.blocked.size() == many - 1);
  for (const ApplyOrder::Blocked& one : round.blocked) CHECK(one.on == key("c0"));
}

// ---- the repository as a whole

namespace {

std::string depending(const std::string& name, const std::string& on) {
  return "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: " + name +
         "\n  namespace: shop\n  annotations: {flotilla.dev/depends-on: ConfigMap/shop/" + on +
         "}\n";
}

}  // namespace

TEST_CASE("templates on a cycle stay as they are, and it is said where it stands") {
  Files files = shop();
  const decision::Previous previous = remember(tests::decide(files));
  files["apps/a.yaml"] = depending("a", "b");
  files["apps/b.yaml"] = depending("b", "a");
  files["apps/c.yaml"] = depending("c", "a");
  CHECK(decision::dependency_cycles(read(files).catalog) ==
        std::vector<Keys>{{key("a"), key("b")}});
  const decision::Decision decision = tests::decide(files, previous);
  CHECK(held_on(decision, key("a")) == "ap eu");
  CHECK(held_on(decision, key("b")) == "ap eu");
  CHECK(rendered_on(decision, key("c")) == "ap eu");
  CHECK(decision.undecided == std::set<ObjectKey>{key("a"), key("b")});
  CHECK(faults_of(decision, key("a")) == std::vector<std::string>{"dependency-cycle"});
  const auto problem = std::find_if(decision.problems.begin(), decision.problems.end(),
                                    [](const Problem& p) { return p.where.file == "apps/b.yaml"; });
  CHECK(problem->message ==
        "dependency cycle: ConfigMap/shop/a → ConfigMap/shop/b → ConfigMap/shop/a; it stays as it "
        "was applied last");
  CHECK(problem->where.line == 6);
  CHECK(problem->where.column > 17);
}

TEST_CASE("a cycle that comes and goes reaches all who are on it") {
  Files files = shop();
  catalog::ParseCache cache;
  decision::Decider decider;
  decision::Previous previous;
  const auto held = [&] {
    const auto catalog = catalog::load_catalog(catalog::MemoryTree(files), &cache).value();
    const decision::Decision decision = decider.decide({"main@sha1:1", catalog}, previous);
    previous = remember(decision);
    return held_on(decision, key("a")) + "/" + held_on(decision, key("b"));
  };
  files["apps/b.yaml"] = depending("b", "a");
  CHECK(held() == "/");
  files["apps/a.yaml"] = depending("a", "b");
  CHECK(held() == "ap eu/ap eu");
  CHECK(held() == "ap eu/ap eu");
  files["apps/a.yaml"] = config_map("a");
  CHECK(held() == "/");
}

TEST_CASE("a dependency that the repository does not have is a warning") {
  Files files = shop();
  files["apps/a.yaml"] = depending("a", "nowhere");
  CHECK(faults_of(tests::decide(files), key("a")) ==
        std::vector<std::string>{"unknown-dependency"});
  files["apps/nowhere.yaml"] = config_map("nowhere");
  CHECK(faults_of(tests::decide(files), key("a")).empty());
}
