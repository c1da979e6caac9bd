#pragma once

#include "reconciler/cli/output.h"
#include "reconciler/cli/status_text.h"
#include "reconciler/controller/options.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// One function per command. Each prints its result to standard output, what went wrong to standard
// error, and gives the exit code.
namespace flotilla::cli {

struct RunOptions {
  controller::Options controller;
  bool once = false;
};
int run(const RunOptions& options);

struct RecoverOptions {
  controller::Options controller;
  bool dry_run = false;  // only show what a first pass would do
  Output output = Output::table;
};
int recover(const RecoverOptions& options);

struct RenderOptions {
  std::string repo = ".";
  std::string ref;
  std::string cluster;               // empty: all
  std::filesystem::path output_dir;  // empty: standard output
  std::filesystem::path status_dir;  // files as on the status branch
  Output output = Output::yaml;
  git::Network network;
};
int render(const RenderOptions& options);

struct VetOptions {
  std::string repo = ".";
  std::string ref;
  std::filesystem::path status_dir;
  Output output = Output::table;
  git::Network network;
};
int vet(const VetOptions& options);

struct ExplainOptions {
  std::string object;  // KIND/NAMESPACE/NAME
  std::string repo = ".";
  std::string ref;
  std::string cluster;  // empty: all
  std::filesystem::path status_dir;
  Output output = Output::table;
  git::Network network;
};
int explain(const ExplainOptions& options);

struct StatusOptions {
  std::string repo = ".";
  std::string branch = "flotilla/status";
  std::string part;  // clusters or bindings; empty: the overview
  StatusView view;
  bool watch = false;                     // until a signal
  std::chrono::milliseconds interval{0};  // 0: 2 s for a local repository, 10 s for another
  git::Network network;
};
int status(const StatusOptions& options);

struct HistoryOptions {
  std::string repo = ".";
  std::string branch = "flotilla/status";
  std::size_t limit = 20;  // 0: all
  std::string cluster;     // only what was done there
  std::string object;      // KIND/NAMESPACE/NAME: only what was done to it
  std::string at;          // a time or a commit: the status as it was then
  bool all = false;        // also commits with which nothing was applied
  Output output = Output::table;
  git::Network network;
};
int history(const HistoryOptions& options);

struct GetOptions {
  std::string kinds;  // as kubectl takes them, with ',' between them
  std::vector<std::string> names;
  std::string repo = ".";
  std::string ref;
  std::string namespace_ = "default";
  bool all_namespaces = false;
  std::vector<std::string> clusters;  // none: all
  std::string selector;
  bool managed = false;  // only what the fleet applied
  std::filesystem::path credentials;
  std::filesystem::path kubeconfig;
  std::chrono::milliseconds request_timeout{10'000};
  Output output = Output::table;
  git::Network network;
};
int get(const GetOptions& options);

struct DemoOptions {
  std::size_t clusters = 0;   // 0: as many as the example has
  std::filesystem::path dir;  // empty: a new folder in the temporary one
  bool once = false;
};
int demo(const DemoOptions& options);

struct InterpretOptions {
  std::vector<std::filesystem::path> customizations;  // none: the built-in rules
  std::string operation;
  std::filesystem::path desired_file;
  std::filesystem::path observed_file;
  std::filesystem::path status_file;
  std::optional<std::int64_t> desired_replica;
  bool check = false;  // only whether the customizations are in order
  Output output = Output::yaml;
};
int interpret(const InterpretOptions& options);

int version(Output output);

}  // namespace flotilla::cli
