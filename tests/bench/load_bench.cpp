#include "render/base/text.h"
#include "render/catalog/catalog.h"
#include "render/document/json.h"
#include "render/yaml/emitter.h"
#include "render/yaml/reader.h"

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>

// How long it takes to load many Deployment documents. Prints lines of "name value unit".
//   load_bench [DOCUMENTS]
namespace {

using namespace flotilla;

constexpr int documents_per_file = 10;

// A Deployment of 86 lines as one finds it in the wild.
std::string deployment(int number) {
  static const std::string text = R"(apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-NUMBER
  namespace: team-GROUP
  labels:
    app.kubernetes.io/name: app-NUMBER
    app.kubernetes.io/instance: app-NUMBER
    app.kubernetes.io/version: "1.4.NUMBER"
    app.kubernetes.io/component: server
    app.kubernetes.io/part-of: shop
    app.kubernetes.io/managed-by: kustomize
  annotations:
    prometheus.io/scrape: "true"
    prometheus.io/port: "9090"
    example.com/owner: team-GROUP
    example.com/description: "serves the pages of application NUMBER, and the API below them"
spec:
  replicas: 3
  revisionHistoryLimit: 5
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 25%
      maxUnavailable: 0
  selector:
    matchLabels:
      app.kubernetes.io/name: app-NUMBER
      app.kubernetes.io/instance: app-NUMBER
  template:
    metadata:
      labels:
        app.kubernetes.io/name: app-NUMBER
        app.kubernetes.io/instance: app-NUMBER
    spec:
      serviceAccountName: app-NUMBER
      terminationGracePeriodSeconds: 30
      securityContext:
        runAsNonRoot: true
        runAsUser: 1000
        fsGroup: 2000
      containers:
        - name: server
          image: registry.example.com/team-GROUP/app-NUMBER:1.4.0
          imagePullPolicy: IfNotPresent
          args:
            - --listen=0.0.0.0:8080
            - --metrics=0.0.0.0:9090
            - --log-level=info
          ports:
            - name: http
              containerPort: 8080
              protocol: TCP
            - name: metrics
              containerPort: 9090
              protocol: TCP
          env:
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            - name: DATABASE_URL
              valueFrom:
                secretKeyRef:
                  name: app-NUMBER-database
                  key: url
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              cpu: 500m
              memory: 256Mi
          livenessProbe:
            httpGet:
              path: /healthz
              port: http
            initialDelaySeconds: 10
          readinessProbe:
            httpGet:
              path: /ready
              port: http
          volumeMounts:
            - name: config
              mountPath: /etc/app
      volumes:
        - name: config
          configMap: {name: app-NUMBER-config, optional: false}
)";
  return replace_all(replace_all(text, "NUMBER", std::to_string(number)), "GROUP",
                     std::to_string(number % 20));
}

catalog::MemoryTree repository(int documents, std::size_t& bytes) {
  catalog::MemoryTree tree;
  for (int first = 0; first < documents; first += documents_per_file) {
    std::string content;
    for (int i = first; i < documents && i < first + documents_per_file; ++i)
      content += "---\n" + deployment(i);
    bytes += content.size();
    tree.write("apps/" + std::to_string(first) + ".yaml", std::move(content));
  }
  return tree;
}

void print(const char* name, double value, const char* unit) {
  std::printf("%s %.3f %s\n", name, value, unit);
}

template <class Work>
double seconds(Work&& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

int run(int documents) {
  std::size_t bytes = 0;
  const catalog::MemoryTree tree = repository(documents, bytes);
  print("load.documents", documents, "documents");
  print("load.size", static_cast<double>(bytes) / 1e6, "MB");

  const auto files = tree.list();
  std::size_t read = 0;
  print("load.yaml", seconds([&] {
          for (const auto& file : *files)
            read += yaml::read_documents(*tree.read(file), file.path).documents.size();
        }),
        "s");

  catalog::ParseCache cache;
  Result<catalog::Catalog> loaded;
  const std::clock_t before = std::clock();
  print("load.cold", seconds([&] { loaded = catalog::load_catalog(tree, &cache); }), "s");
  print("load.cold_cpu", static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC, "s");
  print("load.warm", seconds([&] { loaded = catalog::load_catalog(tree, &cache); }), "s");

  std::size_t printed = 0;
  print("load.canonical_json", seconds([&] {
          for (const auto& object : loaded->templates)
            printed += canonical_json(object->tree).size();
        }),
        "s");
  print("load.emit_yaml", seconds([&] {
          for (const auto& object : loaded->templates) printed += yaml::emit(object->tree).size();
        }),
        "s");
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  print("load.peak_memory", static_cast<double>(usage.ru_maxrss) / 1024, "MiB");
  const auto wanted = static_cast<std::size_t>(documents);
  return loaded->templates.size() == wanted && read == wanted && printed > 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) { return run(argc > 1 ? std::atoi(argv[1]) : 10'000); }
