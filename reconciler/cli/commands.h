#pragma once

#include "reconciler/controller/options.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

// One function per command. Each prints its result to standard output, what went wrong to standard
// error, and gives the exit code.
namespace flotilla::cli {

enum class Output { table, json, yaml };

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
  Output output = Output::table;
  git::Network network;
};
int status(const StatusOptions& options);

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
