#include "reconciler/cli/flags.h"

namespace flotilla::cli {

void add_status(CLI::App& app, StatusOptions& options) {
  CLI::App& command = *app.add_subcommand(
      "status", "Show the fleet from the status branch; no cluster access needed");
  command
      .add_option("part", options.part,
                  "clusters or bindings: only their table (default: the fleet, its clusters and "
                  "what is wrong)")
      ->check(CLI::IsMember({"clusters", "bindings"}))
      ->type_name("PART");
  add_repo(command, options.repo);
  command.add_option("--branch", options.branch, "The status branch")->capture_default_str();
  command.add_flag("--bindings", options.view.bindings, "List every binding too");
  command.add_option("--cluster", options.view.cluster, "Only this cluster");
  command.add_option("-n,--namespace", options.view.namespace_, "Only objects in this namespace");
  CLI::Option* watch = command.add_flag("-w,--watch", options.watch,
                                        "Show it again whenever it changes, until interrupted");
  add_duration(command, "--interval", options.interval,
               "With --watch: how often to look (default 2s, for a remote repository 10s)")
      ->needs(watch)
      ->check(more_than_zero());
  add_output(command, options.view.output, {"table", "wide", "yaml", "json", "name"});
  add_network(command, options.network);
}

void add_history(CLI::App& app, HistoryOptions& options) {
  CLI::App& command = *app.add_subcommand(
      "history", "Show what was applied where and when, from the status branch");
  add_repo(command, options.repo);
  command.add_option("--branch", options.branch, "The status branch")->capture_default_str();
  command.add_option("--limit", options.limit, "How many rows; 0: all")->capture_default_str();
  command.add_option("--cluster", options.cluster, "Only what was done there");
  CLI::Option* object = command.add_option("--object", options.object,
                                           "KIND/NAMESPACE/NAME: only what was done to it");
  CLI::Option* all =
      command.add_flag("--all", options.all, "Also commits with which nothing was applied");
  command
      .add_option("--at", options.at,
                  "The status as it was then: a time (2026-11-20, 2026-11-20T14:00:00Z), how long "
                  "ago (2h), or a commit")
      ->excludes(object)
      ->excludes(all);
  object->excludes(all);
  add_output(command, options.output, {"table", "wide", "yaml", "json", "name"});
  command.callback([&options] {
    if (options.output == Output::name && options.at.empty())
      throw CLI::ValidationError("--output", "name is offered only with --at");
  });
  add_network(command, options.network);
}

void add_get(CLI::App& app, GetOptions& options) {
  CLI::App& command =
      *app.add_subcommand("get", "List objects on the member clusters, like kubectl");
  command
      .add_option("kind", options.kinds,
                  "As kubectl takes it: deploy, deployments.apps, deploy,svc, deploy/web")
      ->required();
  command.add_option("name", options.names, "Only these");
  add_repo(command, options.repo);
  command.add_option(
      "--ref", options.ref,
      "Where to read the Clusters: branch, tag, commit, or semver:RANGE (default: the "
      "work tree)");
  CLI::Option* space = command.add_option("-n,--namespace", options.namespace_, "Where to look")
                           ->capture_default_str();
  command.add_flag("-A,--all-namespaces", options.all_namespaces, "Look in every namespace")
      ->excludes(space);
  command.add_option("--clusters", options.clusters, "Only these, with ',' between them")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("-l,--selector", options.selector, "Label selector");
  command.add_flag("--managed", options.managed, "Only objects that the fleet applied");
  command
      .add_option("--credentials", options.credentials,
                  "Folder with <namespace>/<name>/{token,caBundle} or .../kubeconfig")
      ->check(CLI::ExistingDirectory);
  command.add_option("--kubeconfig", options.kubeconfig, "Contexts named like the clusters")
      ->envname("KUBECONFIG");
  add_duration(command, "--request-timeout", options.request_timeout,
               "How long a cluster may take to answer (default 10s)");
  add_output(command, options.output, {"table", "wide", "yaml", "json", "name"});
  add_network(command, options.network);
}

}  // namespace flotilla::cli
