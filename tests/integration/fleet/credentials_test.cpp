#include "tests/integration/fleet/world.h"

#include <catch2/catch.hpp>

// The ways to a cluster's address and credentials.
namespace flotilla::tests {
namespace {

std::string base64_of(const std::filesystem::path& file) {
  const Outcome outcome = run_program({"/usr/bin/openssl", "base64", "-A", "-in", file.string()});
  REQUIRE(outcome.code == 0);
  return outcome.out;
}

Outcome run_with_folder(const World& world) {
  return flotilla({"run", "--once", "--repo", world.repo.path().string(), "--credentials",
                   (world.folder.path() / "credentials").string(), "--data-dir",
                   world.data_dir.string()});
}

std::filesystem::path credential(const World& world, const std::string& file) {
  return world.folder.path() / "credentials/fleet/key" / file;
}

World world_with_reference() {
  World world = small_world({"eu-prod"});
  world.repo.write(
      "clusters/eu-prod.yaml",
      cluster_file("eu-prod", "  apiEndpoint: " + world.members->endpoint("eu-prod").url +
                                  "\n  secretRef: {namespace: fleet, name: key}\n"));
  world.commit("by reference");
  return world;
}

}  // namespace

TEST_CASE("a folder of token and caBundle, in PEM or base64 of it") {
  const bool encoded = GENERATE(false, true);
  const World world = world_with_reference();
  const KubeEndpoint at = world.members->endpoint("eu-prod");
  write_file(credential(world, "token"), at.token + "\n");
  write_file(credential(world, "caBundle"),
             encoded ? base64_of(at.ca_file) : read_file(at.ca_file));
  const Outcome run = run_with_folder(world);
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(names_on(*world.members, "eu-prod").contains("ConfigMap team/one"));
}

TEST_CASE("a folder with a kubeconfig") {
  const World world = world_with_reference();
  std::filesystem::create_directories(credential(world, "").parent_path());
  write_file(credential(world, "kubeconfig"),
             read_file(world.kubeconfig) + "current-context: eu-prod\n");
  const Outcome run = run_with_folder(world);
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(names_on(*world.members, "eu-prod").contains("ConfigMap team/one"));
}

TEST_CASE("a credential folder that lacks its token names the file") {
  const World world = world_with_reference();
  write_file(credential(world, "caBundle"), read_file(world.members->endpoint("eu-prod").ca_file));
  const Outcome run = run_with_folder(world);
  INFO(run.text());
  CHECK(run.code == 2);
  CHECK(contains(run.err, "fleet/key"));
  CHECK(contains(run.err, "token"));
}

TEST_CASE("a credential plugin") {
  const World world = small_world({"eu-prod"});
  const KubeEndpoint at = world.members->endpoint("eu-prod");
  const std::filesystem::path plugin = world.folder.path() / "plugin";
  write_file(plugin,
             "#!/bin/sh\necho '{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":"
             "\"ExecCredential\",\"status\":{\"token\":\"" +
                 at.token + "\"}}'\n");
  std::filesystem::permissions(plugin, std::filesystem::perms::owner_all);
  write_file(
      world.kubeconfig,
      "apiVersion: v1\nkind: Config\nclusters:\n- name: c\n  cluster:\n    server: " + at.url +
          "\n    certificate-authority: " + at.ca_file.string() +
          "\nusers:\n- name: u\n  user:\n    exec:\n      apiVersion: "
          "client.authentication.k8s.io/v1\n      interactiveMode: Never\n      command: " +
          plugin.string() + "\ncontexts:\n- name: eu-prod\n  context: {cluster: c, user: u}\n");
  const Outcome run = world.run_once();
  INFO(run.text());
  CHECK(run.code == 0);
  CHECK(names_on(*world.members, "eu-prod").contains("ConfigMap team/one"));
}

}  // namespace flotilla::tests
