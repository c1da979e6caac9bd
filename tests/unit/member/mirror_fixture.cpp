#include "tests/unit/member/mirror_fixture.h"

#include "render/base/digest.h"
#include "render/document/json.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>

namespace flotilla::test {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto deadline = 30s;
constexpr auto quiet = 300ms;
const std::string mirror_agent = "flotilla-mirror/1";

kube::Loop::Options agent(const std::string& name) {
  kube::Loop::Options options;
  options.user_agent = name;
  return options;
}

kube::ClientOptions impatient() {
  kube::ClientOptions options;
  options.timeout = 2s;
  options.patience = 2s;
  return options;
}

kube::Task<> poll(kube::Loop* loop, std::function<bool()> done, bool* reached) {
  const auto end = Clock::now() + deadline;
  while (!done() && Clock::now() < end) co_await loop->sleep(5ms);
  *reached = done();
}

int count_of_tests() {
  static int count = 0;
  return ++count;
}

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::string named(const std::string& api_version, const std::string& kind,
                  const std::string& namespace_, const std::string& name, const std::string& rest) {
  return R"({"apiVersion":")" + api_version + R"(","kind":")" + kind + R"(","metadata":{"name":")" +
         name + R"(","namespace":")" + namespace_ + R"("})" + rest + "}";
}

manifest::Manifest wanted(const std::string& json, const std::string& applyset_id) {
  Json::Value tree = parse_json(json).value();
  set_label(tree, manifest::part_of_label, applyset_id);
  set_annotation(tree, manifest::source_annotation, "app.yaml");
  manifest::Manifest manifest;
  manifest.key = key_of(tree);
  manifest.api_version = get_string(tree, "apiVersion");
  manifest.json = std::make_shared<const std::string>(canonical_json(tree));
  manifest.digest = sha256_hex(*manifest.json);
  return manifest;
}

std::shared_ptr<const decision::Decision> decision_of(std::vector<manifest::Manifest> manifests) {
  std::ranges::sort(manifests, [](const auto& a, const auto& b) {
    return manifest::applies_before(a.key, b.key);
  });
  auto decision = std::make_shared<decision::Decision>();
  decision->interpreter = std::make_shared<const interpreter::Interpreter>();
  decision->readiness.status_grace = 2;
  decision::ClusterWork& work = decision->work["eu"];
  for (manifest::Manifest& manifest : manifests) work.manifests.push_back(std::move(manifest));
  return decision;
}

std::string body_of(const manifest::Manifest& manifest) {
  Json::Value tree = parse_json(*manifest.json).value();
  set_annotation(tree, manifest::digest_annotation, manifest.digest);
  set_annotation(tree, manifest::origin_annotation, "created");
  return canonical_json(tree);
}

MirrorFixture::MirrorFixture()
    : server(MirrorServer::make()),
      space("test-" + std::to_string(count_of_tests())),
      id(manifest::applyset_id(space)),
      loop_(agent(mirror_agent)),
      hand_loop_(agent("kubectl-edit/1")),
      hand_(std::make_unique<kube::Client>(hand_loop_, server->access())) {
  use(server->access());
  make_namespace(space);
}

MirrorFixture::~MirrorFixture() { mirror.reset(); }

void MirrorFixture::use(const kube::Access& access) {
  mirror.reset();
  client_ = std::make_unique<kube::Client>(loop_, access, impatient());
  member::Mirror::Options options;
  options.applyset_id = id;
  options.now = seconds_now;
  mirror = std::make_unique<member::Mirror>(*client_, options);
}

void MirrorFixture::follow() {
  mirror->follow([this] { ++changes; });
}

void MirrorFixture::discover() { discovery_.reset(); }

void MirrorFixture::read(std::set<GroupKind> kinds, std::set<std::string> namespaces) {
  if (!discovery_) {
    auto discovery = run(hand_loop_, hand_->discover());
    REQUIRE(discovery);
    discovery_ = std::make_shared<const kube::Discovery>(std::move(*discovery));
  }
  loop_.run(mirror->read(std::move(kinds), std::move(namespaces), discovery_));
}

void MirrorFixture::read_without(const GroupKind& kind, std::set<GroupKind> kinds) {
  auto discovery = run(hand_loop_, hand_->discover());
  REQUIRE(discovery);
  discovery->kinds.erase(kind);
  discovery->faults.push_back(error_at(
      "discovery-failed", {}, "kinds of " + kind.group + "/v1 are not known: server says: down"));
  loop_.run(mirror->read(std::move(kinds), {},
                         std::make_shared<const kube::Discovery>(std::move(*discovery))));
}

bool MirrorFixture::until(const std::function<bool()>& done) {
  bool reached = false;
  loop_.run(poll(&loop_, done, &reached));
  return reached;
}

void MirrorFixture::settle() {
  int before = changes;
  auto since = Clock::now();
  REQUIRE(until([&] {
    if (changes != before) since = Clock::now();
    before = changes;
    return Clock::now() - since > quiet;
  }));
}

std::vector<std::string> MirrorFixture::asked() const { return server->asked_by(mirror_agent); }

std::size_t MirrorFixture::watches() const {
  return static_cast<std::size_t>(std::ranges::count_if(asked(), [](const std::string& target) {
    return target.find("watch=1") != std::string::npos;
  }));
}

const member::Seen* MirrorFixture::seen(const GroupKind& kind, const std::string& name) const {
  const auto found = mirror->objects().find({kind.group, kind.kind, space, name});
  return found == mirror->objects().end() ? nullptr : &found->second;
}

manifest::Manifest MirrorFixture::config(const std::string& name, const std::string& value) const {
  return wanted(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":")" + name +
                    R"(","namespace":")" + space + R"("},"data":{"color":")" + value +
                    R"(","shape":"round"}})",
                id);
}

kube::Resource MirrorFixture::resource_of(const GroupKind& kind) {
  kube::Resource& resource = resources_[kind];
  if (!resource.kind.empty()) return resource;
  const auto discovery = run(hand_loop_, hand_->discover());
  REQUIRE(discovery);
  const kube::Resource* found = discovery->find(kind);
  REQUIRE(found != nullptr);
  resource = *found;
  return resource;
}

bool MirrorFixture::serves(const GroupKind& kind) {
  const auto discovery = run(hand_loop_, hand_->discover());
  return discovery && discovery->find(kind) != nullptr;
}

Json::Value MirrorFixture::apply(const manifest::Manifest& manifest) {
  const kube::Resource resource = resource_of(manifest.key.group_kind());
  kube::ApplyOptions options;
  options.force = kube::Force::yes;
  auto applied = run(hand_loop_, hand_->apply(resource, manifest.key.namespace_, manifest.key.name,
                                              body_of(manifest), options));
  REQUIRE(applied);
  return applied->object;
}

void MirrorFixture::make_namespace(const std::string& name) {
  make(R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + name + R"("}})");
}

void MirrorFixture::make(const std::string& json) {
  const Json::Value tree = parse_json(json).value();
  const ObjectKey key = key_of(tree);
  const kube::Resource resource = resource_of(key.group_kind());
  kube::ApplyOptions options;
  options.field_manager = "somebody";
  auto applied = run(hand_loop_, hand_->apply(resource, key.namespace_, key.name, json, options));
  REQUIRE(applied);
}

void MirrorFixture::patch(const ObjectKey& key, const std::string& operations) {
  const kube::Access access = server->access();
  kube::HttpRequest request;
  request.method = "PATCH";
  request.url = access.server + resource_of(key.group_kind()).path(key.namespace_, key.name);
  request.headers = {{"Authorization", "Bearer " + access.token},
                     {"Content-Type", "application/json-patch+json"}};
  request.body = operations;
  request.peer = std::make_shared<kube::Peer>(access.peer);
  const auto answer = run(hand_loop_, hand_loop_.send(std::move(request)));
  REQUIRE(answer);
  INFO(answer->body);
  REQUIRE(answer->status == 200);
}

void MirrorFixture::remove(const ObjectKey& key) {
  const kube::Resource resource = resource_of(key.group_kind());
  REQUIRE(run(hand_loop_, hand_->remove(resource, key.namespace_, key.name, std::string())));
}

}  // namespace flotilla::test
