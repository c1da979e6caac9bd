{{- define "flotilla.name" -}}
{{ default .Chart.Name .Values.nameOverride | trunc 46 | trimSuffix "-" }}
{{- end }}

{{/* 46: a Pod of it has a name of at most 63 letters, which a replica's name may have. A Service's name has no dots, a release's may. */}}
{{- define "flotilla.fullname" -}}
{{- $name := include "flotilla.name" . -}}
{{- $whole := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{ default $whole .Values.fullnameOverride | replace "." "-" | trunc 46 | trimSuffix "-" }}
{{- end }}

{{/* Of these nothing may ever change: a selector cannot be changed. */}}
{{- define "flotilla.selectorLabels" -}}
app.kubernetes.io/name: {{ include "flotilla.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "flotilla.labels" -}}
{{ include "flotilla.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "flotilla.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "flotilla.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ required "serviceAccount.name is required if serviceAccount.create is false" .Values.serviceAccount.name }}
{{- end -}}
{{- end }}

{{- define "flotilla.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end }}

{{/* What a schema cannot say. */}}
{{- define "flotilla.check" -}}
{{- $git := .Values.git -}}
{{- $ssh := or (hasPrefix "ssh://" .Values.repo) (not (contains "://" .Values.repo)) -}}
{{- if and $ssh (not (or $git.knownHosts.secret $git.knownHosts.configMap)) -}}
{{- fail (printf "repo %s is reached over ssh: git.knownHosts.secret or .configMap is required" .Values.repo) -}}
{{- end -}}
{{- if and $ssh (not $git.sshKey.secret) -}}
{{- fail (printf "repo %s is reached over ssh: git.sshKey.secret is required" .Values.repo) -}}
{{- end -}}
{{- if and $ssh (or $git.proxy $git.proxySecret.secret) -}}
{{- fail "git.proxy is for https, and the repository is reached over ssh" -}}
{{- end -}}
{{- if and .Values.members.credentials .Values.members.credentialsVolume -}}
{{- fail "members.credentials and members.credentialsVolume exclude each other" -}}
{{- end -}}
{{- range $where := list $git.ca $git.knownHosts .Values.verifyKeys -}}
{{- if and $where.secret $where.configMap -}}
{{- fail (printf "Secret %s and ConfigMap %s are given for the same thing, want one of them" $where.secret $where.configMap) -}}
{{- end -}}
{{- end -}}
{{- end }}
