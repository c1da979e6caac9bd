{{/* The template of the Pods, the same for a Deployment and a StatefulSet. */}}

{{- define "flotilla.args" -}}
{{- $git := .Values.git -}}
- --log-format={{ .Values.logFormat }}
{{- if .Values.debug }}
- --verbose
- --verbose
{{- end }}
- run
- {{ printf "--repo=%s" .Values.repo | quote }}
{{- with .Values.ref }}
- {{ printf "--ref=%s" . | quote }}
{{- end }}
- --interval={{ .Values.interval }}
{{- if .Values.rendered }}
- --rendered
{{- end }}
- --request-timeout={{ .Values.requestTimeout }}
- --concurrency={{ .Values.concurrency }}
- --data-dir=/data/flotilla
- --listen=:{{ .Values.http.port }}
{{- if .Values.http.tls.secret }}
- --listen-cert=/etc/flotilla/listen/tls.crt
- --listen-key=/etc/flotilla/listen/tls.key
{{- end }}
- --replica=$(POD_NAME)
- --lease={{ .Values.lease }}
{{- if eq .Values.lease "cluster" }}
- --lease-namespace=$(POD_NAMESPACE)
{{- end }}
{{- with .Values.leaseName }}
- --lease-name={{ . }}
{{- end }}
{{- if .Values.sharded }}
- --sharded
{{- end }}
- --git-timeout={{ $git.timeout }}
{{- with $git.username }}
- {{ printf "--git-username=%s" . | quote }}
{{- end }}
{{- with $git.proxy }}
- {{ printf "--git-proxy=%s" . | quote }}
{{- end }}
{{- if or $git.ca.secret $git.ca.configMap }}
- --git-ca-file=/etc/flotilla/git-ca/ca.crt
{{- end }}
{{- if $git.clientCertificate.secret }}
- --git-client-cert=/etc/flotilla/git-client/tls.crt
- --git-client-key=/etc/flotilla/git-client/tls.key
{{- end }}
{{- if or $git.knownHosts.secret $git.knownHosts.configMap }}
- --known-hosts=/etc/flotilla/known-hosts/known_hosts
{{- end }}
{{- if or .Values.members.credentials .Values.members.credentialsVolume }}
- --credentials=/etc/flotilla/credentials
{{- end }}
{{- if .Values.members.kubeconfig.secret }}
- --kubeconfig=/etc/flotilla/members/kubeconfig
{{- end }}
{{- if .Values.hooks.secret }}
- --hook-secrets=/etc/flotilla/hooks
{{- end }}
{{- if .Values.notifications.secret }}
- --secrets=/etc/flotilla/secrets
{{- end }}
{{- if or .Values.verifyKeys.secret .Values.verifyKeys.configMap }}
- --verify-keys=/etc/flotilla/verify-keys
{{- end }}
{{- range .Values.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}

{{- define "flotilla.env" -}}
- name: POD_NAME
  valueFrom: {fieldRef: {fieldPath: metadata.name}}
- name: POD_NAMESPACE
  valueFrom: {fieldRef: {fieldPath: metadata.namespace}}
- {name: HOME, value: /data}
- {name: TMPDIR, value: /tmp}
{{- with .Values.git }}
{{- if .token.secret }}
- name: FLOTILLA_GIT_TOKEN
  valueFrom: {secretKeyRef: {name: {{ .token.secret | quote }}, key: {{ .token.key | quote }}}}
{{- end }}
{{- if .sshKey.secret }}
- name: FLOTILLA_SSH_KEY
  valueFrom: {secretKeyRef: {name: {{ .sshKey.secret | quote }}, key: {{ .sshKey.key | quote }}}}
{{- end }}
{{- if .proxySecret.secret }}
- name: FLOTILLA_GIT_PROXY
  valueFrom: {secretKeyRef: {name: {{ .proxySecret.secret | quote }}, key: {{ .proxySecret.key | quote }}}}
{{- end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* (list NAME FOLDER): files of a Secret or ConfigMap, mounted as a folder so that changes arrive. */}}
{{- define "flotilla.mount" -}}
- {name: {{ index . 0 }}, mountPath: /etc/flotilla/{{ index . 0 }}, readOnly: true}
{{- end }}

{{- define "flotilla.mounts" -}}
- {name: data, mountPath: /data}
- {name: tmp, mountPath: /tmp}
{{- with .Values.git }}
{{- if or .ca.secret .ca.configMap }}
{{ include "flotilla.mount" (list "git-ca") }}
{{- end }}
{{- if .clientCertificate.secret }}
{{ include "flotilla.mount" (list "git-client") }}
{{- end }}
{{- if or .knownHosts.secret .knownHosts.configMap }}
{{ include "flotilla.mount" (list "known-hosts") }}
{{- end }}
{{- end }}
{{- if or .Values.members.credentials .Values.members.credentialsVolume }}
{{ include "flotilla.mount" (list "credentials") }}
{{- end }}
{{- if .Values.members.kubeconfig.secret }}
{{ include "flotilla.mount" (list "members") }}
{{- end }}
{{- if .Values.hooks.secret }}
{{ include "flotilla.mount" (list "hooks") }}
{{- end }}
{{- if .Values.notifications.secret }}
{{ include "flotilla.mount" (list "secrets") }}
{{- end }}
{{- if or .Values.verifyKeys.secret .Values.verifyKeys.configMap }}
{{ include "flotilla.mount" (list "verify-keys") }}
{{- end }}
{{- if .Values.http.tls.secret }}
{{ include "flotilla.mount" (list "listen") }}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* (list NAME SECRET FILE-KEY-PAIRS…): some keys of a Secret under the names that the flags expect. */}}
{{- define "flotilla.secretVolume" -}}
- name: {{ index . 0 }}
  secret:
    secretName: {{ index . 1 | quote }}
    defaultMode: 0440
    {{- with slice . 2 }}
    items:
    {{- range . }}
    - {key: {{ index . 1 | quote }}, path: {{ index . 0 }}}
    {{- end }}
    {{- end }}
{{- end }}

{{/* (list NAME WHERE FILE-KEY-PAIRS…), WHERE with secret and configMap */}}
{{- define "flotilla.eitherVolume" -}}
{{- $where := index . 1 -}}
{{- if $where.secret -}}
{{ include "flotilla.secretVolume" (concat (list (index . 0) $where.secret) (slice . 2)) }}
{{- else -}}
- name: {{ index . 0 }}
  configMap:
    name: {{ $where.configMap | quote }}
    {{- with slice . 2 }}
    items:
    {{- range . }}
    - {key: {{ index . 1 | quote }}, path: {{ index . 0 }}}
    {{- end }}
    {{- end }}
{{- end -}}
{{- end }}

{{- define "flotilla.claim" -}}
accessModes: [ReadWriteOnce]
{{- with .Values.data.storageClass }}
storageClassName: {{ . | quote }}
{{- end }}
resources: {requests: {storage: {{ .Values.data.size }}}}
{{- end }}

{{- define "flotilla.credentialsVolume" -}}
- name: credentials
{{- with .Values.members.credentialsVolume }}
{{ toYaml . | indent 2 }}
{{- else }}
  projected:
    defaultMode: 0440
    sources:
    {{- range .Values.members.credentials }}
    {{- $folder := printf "%s/%s" .namespace .name }}
    - secret:
        name: {{ default .name .secret | quote }}
        items:
        {{- if .kubeconfig }}
        - {key: {{ .kubeconfig | quote }}, path: {{ printf "%s/kubeconfig" $folder | quote }}}
        {{- else }}
        - {key: {{ .token | quote }}, path: {{ printf "%s/token" $folder | quote }}}
        {{- with .caBundle }}
        - {key: {{ . | quote }}, path: {{ printf "%s/caBundle" $folder | quote }}}
        {{- end }}
        {{- end }}
    {{- end }}
{{- end }}
{{- end }}

{{- define "flotilla.volumes" -}}
{{- if not .Values.data.claim }}
- name: data
  emptyDir: {sizeLimit: {{ .Values.data.size }}}
{{- else if not .Values.sharded }}
- name: data
  ephemeral:
    volumeClaimTemplate:
      spec:
        {{- include "flotilla.claim" . | nindent 8 }}
{{- end }}
- name: tmp
  emptyDir: {sizeLimit: 256Mi}
{{- with .Values.git }}
{{- if or .ca.secret .ca.configMap }}
{{ include "flotilla.eitherVolume" (list "git-ca" .ca (list "ca.crt" .ca.key)) }}
{{- end }}
{{- with .clientCertificate }}
{{- if .secret }}
{{ include "flotilla.secretVolume" (list "git-client" .secret (list "tls.crt" .certificate) (list "tls.key" .privateKey)) }}
{{- end }}
{{- end }}
{{- if or .knownHosts.secret .knownHosts.configMap }}
{{ include "flotilla.eitherVolume" (list "known-hosts" .knownHosts (list "known_hosts" .knownHosts.key)) }}
{{- end }}
{{- end }}
{{- if or .Values.members.credentials .Values.members.credentialsVolume }}
{{ include "flotilla.credentialsVolume" . }}
{{- end }}
{{- with .Values.members.kubeconfig }}
{{- if .secret }}
{{ include "flotilla.secretVolume" (list "members" .secret (list "kubeconfig" .key)) }}
{{- end }}
{{- end }}
{{- with .Values.hooks.secret }}
{{ include "flotilla.secretVolume" (list "hooks" .) }}
{{- end }}
{{- with .Values.notifications.secret }}
{{ include "flotilla.secretVolume" (list "secrets" .) }}
{{- end }}
{{- if or .Values.verifyKeys.secret .Values.verifyKeys.configMap }}
{{ include "flotilla.eitherVolume" (list "verify-keys" .Values.verifyKeys) }}
{{- end }}
{{- with .Values.http.tls.secret }}
{{ include "flotilla.secretVolume" (list "listen" . (list "tls.crt" "tls.crt") (list "tls.key" "tls.key")) }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* (list CONTEXT NAME PATH) */}}
{{- define "flotilla.probe" -}}
{{- $values := (index . 0).Values -}}
{{ index . 1 }}:
  httpGet: {path: {{ index . 2 }}, port: http{{ if $values.http.tls.secret }}, scheme: HTTPS{{ end }}}
  {{- with index $values (index . 1) }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{- define "flotilla.podTemplate" -}}
metadata:
  labels:
    {{- include "flotilla.selectorLabels" . | nindent 4 }}
    app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
    {{- with .Values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "flotilla.serviceAccountName" . | quote }}
  # Only for the Leases.
  automountServiceAccountToken: {{ eq .Values.lease "cluster" }}
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ .Values.terminationGracePeriodSeconds }}
  securityContext:
    {{- toYaml .Values.podSecurityContext | nindent 4 }}
  containers:
  - name: flotilla
    image: {{ include "flotilla.image" . | quote }}
    imagePullPolicy: {{ .Values.image.pullPolicy }}
    args:
    {{- include "flotilla.args" . | nindent 4 }}
    env:
    {{- include "flotilla.env" . | nindent 4 }}
    ports:
    - {name: http, containerPort: {{ .Values.http.port }}, protocol: TCP}
    {{- include "flotilla.probe" (list . "livenessProbe" "/healthz") | nindent 4 }}
    {{- include "flotilla.probe" (list . "readinessProbe" "/readyz") | nindent 4 }}
    {{- with .Values.resources }}
    resources:
      {{- toYaml . | nindent 6 }}
    {{- end }}
    securityContext:
      {{- toYaml .Values.securityContext | nindent 6 }}
    volumeMounts:
    {{- include "flotilla.mounts" . | nindent 4 }}
  volumes:
  {{- include "flotilla.volumes" . | trim | nindent 2 }}
  {{- range $field := list "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" "priorityClassName" }}
  {{- with index $.Values $field }}
  {{ $field }}: {{ toJson . }}
  {{- end }}
  {{- end }}
  {{- with .Values.image.pullSecrets }}
  imagePullSecrets: {{ toJson . }}
  {{- end }}
{{- end }}
