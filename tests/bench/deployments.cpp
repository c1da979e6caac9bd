#include "tests/bench/deployments.h"

#include "render/base/text.h"

#include <string>

namespace flotilla::bench {
namespace {

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

}  // namespace

std::size_t write_deployments(catalog::MemoryTree& tree, int documents) {
  std::size_t bytes = 0;
  for (int first = 0; first < documents; first += documents_per_file) {
    std::string content;
    for (int i = first; i < documents && i < first + documents_per_file; ++i)
      content += "---\n" + deployment(i);
    bytes += content.size();
    tree.write("apps/" + std::to_string(first) + ".yaml", std::move(content));
  }
  return bytes;
}

}  // namespace flotilla::bench
