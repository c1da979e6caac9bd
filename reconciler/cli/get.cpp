#include "reconciler/cli/cluster_files.h"
#include "reconciler/cli/commands.h"
#include "reconciler/cli/get_text.h"
#include "reconciler/cli/print.h"
#include "reconciler/controller/access.h"
#include "reconciler/kube/names.h"
#include "render/base/text.h"
#include "render/document/json.h"
#include "render/manifest/manifest.h"
#include "render/yaml/emitter.h"

#include <algorithm>
#include <set>

namespace flotilla::cli {
namespace {

using controller::Exit;

// What is asked of every cluster.
struct Question {
  std::vector<std::string> kinds;
  std::vector<std::string> names;  // none: all
  std::string namespace_;          // empty: all
  std::string selector;
  bool tables = true;  // else objects
};

// What one cluster answered.
struct Answer {
  std::string cluster;
  std::vector<Found> found;
  std::vector<std::string> not_served;  // of the kinds
  std::vector<std::string> missing;     // of the names, "Deployment.apps/shop/web"
  Problems faults;                      // groups that the server could not tell about
  std::vector<kube::ApiError> errors;
};

bool holds(const std::vector<std::string>& texts, const std::string& text) {
  return std::ranges::find(texts, text) != texts.end();
}

class Cluster {
 public:
  Cluster(kube::Loop& loop, kube::Access access, const kube::ClientOptions& options,
          const Question& question, Answer& answer)
      : client_(loop, std::move(access), options), question_(question), answer_(answer) {}

  kube::Task<> ask() {
    auto discovered = co_await client_.discover_named();
    if (!discovered) {
      answer_.errors.push_back(std::move(discovered).error());
      co_return;
    }
    answer_.faults = discovered->served.faults;
    std::vector<kube::Task<>> tasks;
    std::set<GroupKind> seen;
    // Every place is there before the first answer comes.
    std::vector<kube::Resource> kinds;
    for (const std::string& text : question_.kinds) {
      const auto resources = kube::find_kinds(*discovered, text);
      if (resources.empty()) answer_.not_served.push_back(text);
      for (const kube::Resource* resource : resources)
        if (seen.insert({resource->group, resource->kind}).second) kinds.push_back(*resource);
    }
    for (const kube::Resource& kind : kinds)
      answer_.found.push_back({answer_.cluster, kind, {}, {}});
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      if (question_.names.empty()) tasks.push_back(ask_all(i));
      for (const std::string& name : question_.names) tasks.push_back(ask_one(i, name));
    }
    co_await kube::all(std::move(tasks));
  }

 private:
  std::string namespace_of(const kube::Resource& kind) const {
    return kind.namespaced ? question_.namespace_ : std::string();
  }

  kube::Task<> ask_all(std::size_t place) {
    const kube::Resource kind = answer_.found[place].kind;
    const std::string space = namespace_of(kind);
    if (question_.tables) {
      kube::TableOptions options;
      options.label_selector = question_.selector;
      auto table = co_await client_.table(kind, space, options);
      if (table)
        answer_.found[place].table = std::move(*table);
      else
        answer_.errors.push_back(std::move(table).error());
      co_return;
    }
    kube::ListOptions options;
    options.label_selector = question_.selector;
    auto list = co_await client_.list(kind, space, options);
    if (list)
      answer_.found[place].objects = std::move(list->items);
    else
      answer_.errors.push_back(std::move(list).error());
  }

  kube::Task<> ask_one(std::size_t place, std::string name) {
    const kube::Resource kind = answer_.found[place].kind;
    const std::string space = namespace_of(kind);
    if (question_.tables) {
      kube::TableOptions options;
      options.name = name;
      auto table = co_await client_.table(kind, space, options);
      if (!table) {
        note(kind, name, std::move(table).error());
        co_return;
      }
      kube::Table& all = answer_.found[place].table;
      all.columns = std::move(table->columns);
      for (kube::Table::Row& row : table->rows) all.rows.push_back(std::move(row));
      co_return;
    }
    auto object = co_await client_.get(kind, space, name);
    if (object)
      answer_.found[place].objects.push_back(std::move(*object));
    else
      note(kind, name, std::move(object).error());
  }

  void note(const kube::Resource& kind, const std::string& name, kube::ApiError error) {
    if (kube::fault_of(error) == kube::Fault::not_found)
      answer_.missing.push_back(
          to_string(ObjectKey{kind.group, kind.kind, namespace_of(kind), name}));
    else
      answer_.errors.push_back(std::move(error));
  }

  kube::Client client_;
  const Question& question_;
  Answer& answer_;
};

Result<kube::Access> access_of(const overrides::Cluster& cluster, const GetOptions& options) {
  controller::Options where;
  where.credentials = options.credentials;
  where.kubeconfig = options.kubeconfig;
  return controller::access_of(cluster, where);
}

Result<Question> question_of(const GetOptions& options, const std::string& owner) {
  Question question;
  question.names = options.names;
  const std::size_t slash = options.kinds.find('/');
  if (slash != std::string::npos) {
    if (!options.names.empty() || options.kinds.find(',') != std::string::npos)
      return fail(Code::invalid, "\"" + options.kinds +
                                     "\" names a kind and an object, want only "
                                     "that, or KIND NAME...");
    question.names = {options.kinds.substr(slash + 1)};
  }
  for (const std::string& kind : split(options.kinds.substr(0, slash), ','))
    if (!kind.empty() && !holds(question.kinds, kind)) question.kinds.push_back(kind);
  if (question.kinds.empty()) return fail(Code::invalid, "no kind is given, want e.g. deployments");
  if (!question.names.empty() && options.all_namespaces)
    return fail(Code::invalid, "an object cannot be got by name across all namespaces");
  if (!question.names.empty() && (!options.selector.empty() || options.managed))
    return fail(Code::invalid, "a name and a selector exclude each other");
  question.namespace_ = options.all_namespaces ? "" : options.namespace_;
  question.selector = options.selector;
  if (options.managed)
    question.selector += (question.selector.empty() ? "" : ",") +
                         std::string("applyset.kubernetes.io/part-of=") +
                         manifest::applyset_id(owner);
  question.tables = options.output == Output::table || options.output == Output::wide;
  return question;
}

// Those that --clusters names, or all.
Result<std::vector<overrides::Cluster>> choose_clusters(ClusterFiles files,
                                                        const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const overrides::Cluster& cluster : files.clusters) known.push_back(cluster.name);
  for (const std::string& name : names)
    if (!holds(known, name))
      return fail(Code::not_found,
                  "there is no cluster \"" + name + "\" in the repository" +
                      (known.empty() ? ", which has none" : ", want one of: " + join(known, ", ")));
  if (known.empty())
    return fail(Code::not_found,
                "the repository has no Cluster, want at least one (--ref flotilla/status reads "
                "them from the status branch)");
  if (!names.empty())
    std::erase_if(files.clusters, [&](const auto& cluster) { return !holds(names, cluster.name); });
  return std::move(files.clusters);
}

// Asks all clusters at once; those without a credential answer with that.
std::vector<Answer> ask_all(const std::vector<overrides::Cluster>& clusters,
                            const Question& question, const GetOptions& options) {
  kube::Loop::Options loop_options;
  loop_options.max_connections_per_host = 0;  // several clusters may be behind one proxy
  kube::Loop loop(loop_options);
  kube::ClientOptions client_options;
  client_options.timeout = options.request_timeout;
  client_options.patience = options.request_timeout;
  client_options.connect_attempts = 2;  // somebody waits for the table
  std::vector<Answer> answers(clusters.size());
  std::vector<std::unique_ptr<Cluster>> asked;
  std::vector<kube::Task<>> tasks;
  for (std::size_t i = 0; i < clusters.size(); ++i) {
    answers[i].cluster = clusters[i].name;
    auto access = access_of(clusters[i], options);
    if (!access) {
      answers[i].errors.push_back({access.error(), 0, {}, {}, {}});
      continue;
    }
    asked.push_back(
        std::make_unique<Cluster>(loop, std::move(*access), client_options, question, answers[i]));
    tasks.push_back(asked.back()->ask());
  }
  loop.run(kube::all(std::move(tasks)));
  return answers;
}

Exit exit_of(const kube::ApiError& error) {
  switch (kube::fault_of(error)) {
    case kube::Fault::transient:
    case kube::Fault::unreachable:
    case kube::Fault::cancelled:
    case kube::Fault::expired:
      return Exit::partial;
    case kube::Fault::user:
    case kube::Fault::conflict:
    case kube::Fault::forbidden:
    case kube::Fault::not_found:
    case kube::Fault::unauthorized:
      break;
  }
  return is_transient(error.error.code) ? Exit::partial : Exit::mend;
}

// Told once for a cluster, however many requests met it.
Exit tell_errors(const Answer& answer) {
  Exit exit = Exit::done;
  std::set<std::string> told;
  for (const kube::ApiError& error : answer.errors) {
    std::string text = to_string(error.error);
    const std::string prefix = "cluster " + answer.cluster + ": ";
    if (!text.starts_with(prefix)) text = prefix + text;
    if (told.insert(text).second) complain("error: " + text);
    exit = controller::worse(exit, exit_of(error));
  }
  for (const Problem& fault : answer.faults)
    if (!answer.not_served.empty())
      complain("warning: cluster " + answer.cluster + ": " + fault.message);
  return exit;
}

// What is on some clusters and not on others is no error; what is on none is, if all answered.
Exit tell_missing(const std::vector<Answer>& answers, const Question& question, bool all_answered) {
  Exit exit = Exit::done;
  for (const std::string& kind : question.kinds) {
    std::vector<std::string> without;
    std::size_t with = 0;
    for (const Answer& answer : answers) {
      if (holds(answer.not_served, kind))
        without.push_back(answer.cluster);
      else if (answer.errors.empty())
        ++with;
    }
    if (without.empty()) continue;
    const bool nowhere = with == 0;
    complain(std::string(nowhere ? "error" : "warning") + ": the kind \"" + kind +
             "\" is not served by " + join(without, ", "));
    if (nowhere && all_answered) exit = Exit::mend;
  }
  std::map<std::string, std::size_t> missing;
  for (const Answer& answer : answers)
    for (const std::string& object : answer.missing) ++missing[object];
  std::set<std::string> there;
  for (const Answer& answer : answers)
    for (const Found& found : answer.found) {
      for (const kube::Table::Row& row : found.table.rows)
        there.insert(
            to_string(ObjectKey{found.kind.group, found.kind.kind, row.namespace_, row.name}));
      for (const Json::Value& object : found.objects) there.insert(to_string(key_of(object)));
    }
  for (const auto& [object, times] : missing) {
    if (there.contains(object)) continue;
    complain("error: " + object + " is on none of " + std::to_string(times) +
             (times == 1 ? " cluster" : " clusters"));
    if (all_answered) exit = Exit::mend;
  }
  return exit;
}

void show(const std::vector<Found>& found, const Question& question, const GetOptions& options) {
  if (options.output == Output::json) return print(pretty_json(get_list(found)) + "\n");
  if (options.output == Output::yaml) return print(yaml::emit(get_list(found)));
  if (options.output == Output::name) return print(get_names(found));
  GetView view{options.output, options.all_namespaces, false};
  std::set<GroupKind> kinds;
  for (const Found& one : found) kinds.insert({one.kind.group, one.kind.kind});
  view.several_kinds = kinds.size() > 1;
  const std::string text = get_tables(found, view);
  print(text);
  if (!text.empty() || !question.names.empty()) return;
  const bool spaced =
      std::ranges::any_of(found, [](const auto& one) { return one.kind.namespaced; });
  if (!found.empty())
    complain(spaced && !question.namespace_.empty()
                 ? "No resources found in " + question.namespace_ + " namespace."
                 : "No resources found");
}

Result<Exit> get_all(const GetOptions& options) {
  TRY_ASSIGN(ClusterFiles files, read_cluster_files(options.repo, options.ref, options.network));
  Exit exit = Exit::done;
  for (const Problem& problem : files.problems) {
    complain(to_string(problem));
    exit = Exit::mend;
  }
  TRY_ASSIGN(const Question question, question_of(options, files.owner));
  TRY_ASSIGN(const auto clusters, choose_clusters(std::move(files), options.clusters));
  std::vector<Answer> answers = ask_all(clusters, question, options);
  std::vector<Found> found;
  bool all_answered = true;
  for (Answer& answer : answers) {
    all_answered = all_answered && answer.errors.empty();
    exit = controller::worse(exit, tell_errors(answer));
  }
  exit = controller::worse(exit, tell_missing(answers, question, all_answered));
  for (Answer& answer : answers)
    for (Found& one : answer.found) found.push_back(std::move(one));
  show(found, question, options);
  return exit;
}

}  // namespace

int get(const GetOptions& options) {
  const auto exit = get_all(options);
  if (!exit) return complain(exit.error());
  return static_cast<int>(*exit);
}

}  // namespace flotilla::cli
