#include "reconciler/cli/commands.h"
#include "reconciler/cli/flags.h"
#include "reconciler/cli/print.h"
#include "reconciler/log/log.h"

#include <CLI/CLI.hpp>

#ifndef FLOTILLA_VERSION
#define FLOTILLA_VERSION "unknown"
#endif

namespace flotilla::cli {
namespace {

struct Everything {
  RunOptions run;
  RecoverOptions recover;
  RenderOptions render;
  VetOptions vet;
  ExplainOptions explain;
  StatusOptions status;
  HistoryOptions history;
  GetOptions get;
  DemoOptions demo;
  InterpretOptions interpret;
  Output version = Output::table;
  int verbose = 0;
  std::string log_format = "text";
};

void add_http_server(CLI::App& command, controller::Options& options) {
  command.add_option("--listen", options.listen,
                     "host:port for /metrics, /healthz, /readyz and webhooks (default: none)");
  CLI::Option* certificate =
      command.add_option("--listen-cert", options.listen_certificate, "Serve https: PEM");
  CLI::Option* key =
      command.add_option("--listen-key", options.listen_key, "Key of the certificate: PEM");
  certificate->needs("--listen")->needs(key);
  key->needs(certificate);
  command
      .add_option("--hook-secrets", options.hook_secrets,
                  "Folder with the files github, gitlab, gitea, generic: one secret a line")
      ->needs("--listen")
      ->check(CLI::ExistingDirectory);
}

void add_secrets(CLI::App& command, controller::Options& options) {
  command
      .add_option("--secrets", options.secrets,
                  "Folder of the files that Fleet.spec.notifications and commitStatus name")
      ->check(CLI::ExistingDirectory);
}

void add_lease(CLI::App& command, controller::LeaseOptions& lease) {
  static const std::map<std::string, controller::Lease> kinds = {
      {"none", controller::Lease::none},
      {"repository", controller::Lease::repository},
      {"cluster", controller::Lease::cluster}};
  command
      .add_option_function<std::string>(
          "--lease", [&lease](const std::string& text) { lease.kind = kinds.at(text); },
          "How replicas agree on who works: repository (default), cluster, or none (default with "
          "--once)")
      ->check(CLI::IsMember({"none", "repository", "cluster"}));
  command.add_option("--lease-context", lease.context,
                     "Context with the Leases (default: the cluster this runs in)");
  command.add_option("--lease-namespace", lease.namespace_, "Namespace of the Leases")
      ->capture_default_str();
  command.add_option("--lease-name", lease.name,
                     "Name in the Leases' names (default: the Fleet's)");
  command.add_option("--replica", lease.replica,
                     "Name of this replica, the same after a restart (default: the host's, with an "
                     "ending kept in the data folder)");
  command.add_flag("--sharded", lease.sharded, "Replicas share the clusters among them");
  command.callback([&lease] {
    const bool in_cluster = lease.kind == controller::Lease::cluster;
    if (lease.sharded && !in_cluster)
      throw CLI::ValidationError("--sharded", "needs --lease cluster");
    if (!lease.context.empty() && !in_cluster)
      throw CLI::ValidationError("--lease-context", "needs --lease cluster");
  });
}

// How members are reached, and where the cache is.
void add_members(CLI::App& command, controller::Options& options) {
  command
      .add_option("--credentials", options.credentials,
                  "Folder with <namespace>/<name>/{token,caBundle} or .../kubeconfig")
      ->check(CLI::ExistingDirectory);
  command.add_option("--kubeconfig", options.kubeconfig, "Contexts named like the clusters")
      ->envname("KUBECONFIG");
  command.add_option(
      "--data-dir", options.data_dir,
      "Cache (default: in ~/.cache/flotilla); losing it loses time and nothing else");
  add_duration(command, "--request-timeout", options.request_timeout,
               "Of one request to a cluster (default 30s)");
  command.add_option("--concurrency", options.concurrency, "Requests in flight per cluster")
      ->capture_default_str()
      ->check(CLI::Range(1, 1000));
}

void add_run(CLI::App& app, Everything& all) {
  CLI::App& command =
      *app.add_subcommand("run", "Keep the member clusters at what the repository says");
  controller::Options& options = all.run.controller;
  add_repo(command, options.repo, true);
  command.add_option("--ref", options.ref,
                     "Branch, tag, commit, or semver:RANGE of tags (default: the remote's HEAD)");
  command.add_flag("--once", all.run.once, "One pass, then exit");
  command.add_flag("--wait", options.wait, "With --once: until every object is healthy")
      ->needs("--once");
  add_duration(command, "--timeout", options.wait_timeout, "How long --wait waits (default 5m)");
  add_members(command, options);
  add_duration(command, "--interval", options.interval,
               "How often the repository is looked at (default 30s)")
      ->check(more_than_zero());
  command.add_flag("--rendered", options.rendered,
                   "Also write the manifests to the branch flotilla/rendered");
  command
      .add_option("--verify-keys", options.verify_keys,
                  "Folder of public keys (OpenPGP, ssh): commits must be signed with one of them")
      ->check(CLI::ExistingDirectory);
  add_network(command, options.network);
  add_http_server(command, options);
  add_secrets(command, options);
  add_lease(command, options.lease);
  options.version = FLOTILLA_VERSION;
}

void add_recover(CLI::App& app, Everything& all) {
  CLI::App& command = *app.add_subcommand(
      "recover", "Take over a fleet with an empty controller: show what that comes to, then do it");
  controller::Options& options = all.recover.controller;
  add_repo(command, options.repo, true);
  command.add_option("--ref", options.ref, "Branch, tag or commit (default: the remote's HEAD)");
  command.add_flag("--dry-run", all.recover.dry_run, "Only show it; nothing is written anywhere");
  add_members(command, options);
  add_output(command, all.recover.output, {"table", "yaml", "json"});
  add_network(command, options.network);
  options.version = FLOTILLA_VERSION;
}

void add_render(CLI::App& app, Everything& all) {
  CLI::App& command =
      *app.add_subcommand("render", "Print the manifests that each cluster would get, offline");
  RenderOptions& options = all.render;
  add_repo(command, options.repo);
  command.add_option("--ref", options.ref,
                     "Branch, tag, commit, or semver:RANGE (default: the work tree as it is)");
  command.add_option("--cluster", options.cluster, "Only this cluster");
  command.add_option("--output-dir", options.output_dir,
                     "Write one file per manifest into this folder");
  command.add_option("--status-dir", options.status_dir,
                     "Files as on the status branch: previous decisions, observed clusters");
  add_output(command, options.output, {"yaml", "json"});
  add_network(command, options.network);
}

void add_vet(CLI::App& app, Everything& all) {
  CLI::App& command = *app.add_subcommand(
      "vet", "List every error and warning in the repository, with file and line");
  add_repo(command, all.vet.repo);
  command.add_option("--ref", all.vet.ref,
                     "Branch, tag, commit, or semver:RANGE (default: the work tree as it is)");
  command.add_option("--status-dir", all.vet.status_dir, "Files as on the status branch");
  add_output(command, all.vet.output, {"table", "json"});
  add_network(command, all.vet.network);
}

void add_explain(CLI::App& app, Everything& all) {
  CLI::App& command =
      *app.add_subcommand("explain", "Say why an object goes where it goes, and with what changes");
  ExplainOptions& options = all.explain;
  command.add_option("object", options.object, "KIND/NAMESPACE/NAME, or KIND/NAME")->required();
  add_repo(command, options.repo);
  command.add_option("--ref", options.ref,
                     "Branch, tag, commit, or semver:RANGE (default: the work tree as it is)");
  command.add_option("--cluster", options.cluster, "Only this cluster");
  command.add_option("--status-dir", options.status_dir,
                     "Files as on the status branch: previous decisions, observed clusters");
  add_output(command, options.output, {"table", "yaml", "json"});
  add_network(command, options.network);
}

void add_others(CLI::App& app, Everything& all) {
  CLI::App& demo = *app.add_subcommand("demo", "The whole loop on embedded member clusters");
  demo.add_option("--clusters", all.demo.clusters,
                  "How many members (default: the three of the example)")
      ->check(CLI::Range(1, 1000));
  demo.add_option("--dir", all.demo.dir,
                  "Where to put repository and kubeconfig (default: a temporary folder)");
  demo.add_flag("--once", all.demo.once, "One pass, then exit");
  CLI::App& version = *app.add_subcommand("version", "Print the version");
  add_output(version, all.version, {"table", "json"});
}

void add_interpret(CLI::App& app, Everything& all) {
  CLI::App& command = *app.add_subcommand(
      "interpret", "Ask what a kind means: the built-in rules, or customizations to try");
  InterpretOptions& options = all.interpret;
  command.add_option("-f,--filename", options.customizations,
                     "Files with ResourceInterpreterCustomizations (default: the built-in rules)");
  CLI::Option* operation = command.add_option(
      "--operation", options.operation,
      "interpretReplica, interpretComponent, reviseReplica, retain, interpretStatus, "
      "aggregateStatus, interpretHealth or interpretDependency");
  command.add_option("--desired-file", options.desired_file, "The object as the repository has it");
  command.add_option("--observed-file", options.observed_file, "The object as a member has it");
  command.add_option("--status-file", options.status_file,
                     "For aggregateStatus: a list of clusterName, status, applied, "
                     "appliedMessage, health");
  command.add_option("--desired-replica", options.desired_replica, "For reviseReplica");
  CLI::Option* check =
      command.add_flag("--check", options.check, "Only check the customizations")->needs("-f");
  operation->excludes(check);
  command.callback([&options] {
    if (!options.check && options.operation.empty())
      throw CLI::RequiredError("--operation or --check");
  });
  add_output(command, options.output, {"yaml", "json"});
}

int dispatch(const CLI::App& app, const Everything& all) {
  if (app.got_subcommand("run")) return run(all.run);
  if (app.got_subcommand("recover")) return recover(all.recover);
  if (app.got_subcommand("render")) return render(all.render);
  if (app.got_subcommand("vet")) return vet(all.vet);
  if (app.got_subcommand("explain")) return explain(all.explain);
  if (app.got_subcommand("status")) return status(all.status);
  if (app.got_subcommand("history")) return history(all.history);
  if (app.got_subcommand("get")) return get(all.get);
  if (app.got_subcommand("demo")) return demo(all.demo);
  if (app.got_subcommand("interpret")) return interpret(all.interpret);
  return version(all.version);
}

// What is wrong with the command line. Of words that nobody expects only the first is named, and
// not what is given to it: that may be a secret.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const auto code = static_cast<CLI::ExitCodes>(error.get_exit_code());
  const std::vector<std::string> rest = app.remaining(true);
  const bool is_named =
      code != CLI::ExitCodes::RequiredError && code != CLI::ExitCodes::ExtrasError;
  if (is_named || rest.empty()) return error.what();
  const std::string word = rest.front().substr(0, rest.front().find('='));
  if (!app.get_subcommands().empty() || word.starts_with('-'))
    return "\"" + word + "\" is not expected here";
  std::string commands;
  for (const CLI::App* command : app.get_subcommands(nullptr))
    commands += (commands.empty() ? "" : ", ") + command->get_name();
  return "there is no command \"" + word + "\", want one of: " + commands;
}

int parse_and_run(int argc, char** argv) {
  CLI::App app{"Flotilla runs applications on many Kubernetes clusters from one git repository."};
  app.set_version_flag("--version", "flotilla " FLOTILLA_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  Everything all;
  app.add_flag("-v,--verbose", all.verbose,
               "Log what happens to standard error; twice: everything");
  app.add_option("--log-format", all.log_format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  add_run(app, all);
  add_recover(app, all);
  add_render(app, all);
  add_vet(app, all);
  add_explain(app, all);
  add_status(app, all.status);
  add_history(app, all.history);
  add_get(app, all.get);
  add_interpret(app, all);
  add_others(app, all);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    complain("error: " + usage_error(app, error) + "\nRun with --help for more information.");
    return 2;
  }
  // The controller is a service and always tells what it does; a single pass tells what is wrong.
  const bool service = app.got_subcommand("run") && !all.run.once;
  log::Level level = service ? log::Level::info : log::Level::warning;
  if (all.verbose > 0) level = all.verbose > 1 ? log::Level::debug : log::Level::info;
  log::set_up(all.log_format == "json" ? log::Format::json : log::Format::text, level);
  return dispatch(app, all);
}

}  // namespace

int version(Output output) {
  print(output == Output::json ? "{\"version\": \"" FLOTILLA_VERSION "\"}\n"
                               : "flotilla " FLOTILLA_VERSION "\n");
  return 0;
}

}  // namespace flotilla::cli

int main(int argc, char** argv) { return flotilla::cli::parse_and_run(argc, argv); }
