{{- define "custos.name" -}}
{{- if contains "custos" .Release.Name }}{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else }}{{ printf "%s-custos" (.Release.Name | trunc 45 | trimSuffix "-") }}{{ end }}
{{- end }}

{{- define "custos.selector" -}}
app.kubernetes.io/name: custos
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "custos.labels" -}}
{{ include "custos.selector" . }}
app.kubernetes.io/component: {{ .Values.mode }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "custos.image" -}}
{{- if .Values.image.digest }}{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else }}{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}{{ end }}
{{- end }}

{{- define "custos.account" -}}
{{ .Values.serviceAccount.name | default (include "custos.name" .) }}
{{- end }}

{{- define "custos.isSqlite" -}}
{{- if eq .Values.store.kind "sqlite" }}true{{ end }}
{{- end }}

{{- /* What is wrong with values that are right one by one. */ -}}
{{- define "custos.check" -}}
{{- if and (eq .Values.store.kind "postgres") (not .Values.store.postgres.secretName) }}
{{- fail "store.postgres.secretName: name the Secret with the URL of the database" }}
{{- end }}
{{- if and (eq .Values.mode "daemon") (not .Values.testnet) (not .Values.externalUrl) (not .Values.maintenance) }}
{{- fail "externalUrl: a daemon on mainnet needs the four-eye service" }}
{{- end }}
{{- if and (ne .Values.mode "gateway") (not .Values.secrets.password.secretName) }}
{{- fail "secrets.password.secretName: name the Secret with the password of the store" }}
{{- end }}
{{- if and (eq .Values.mode "gateway") (not .Values.secrets.apiKey.secretName) (not .Values.secrets.settings.secretName) }}
{{- fail "secrets.apiKey.secretName: name the Secret with the key of the gateway" }}
{{- end }}
{{- if and (eq .Values.mode "gateway") .Values.serviceMonitor.enabled }}
{{- fail "serviceMonitor.enabled: the gateway asks for its key in x-api-key, which a ServiceMonitor cannot send; use http_headers of Prometheus" }}
{{- end }}
{{- end }}

{{- define "custos.args" -}}
{{- $files := "/run/secrets/custos" -}}
- {{ .Values.mode }}
{{- if eq .Values.mode "gateway" }}
- --host=0.0.0.0
- --port=8645
{{- else }}
- --password-file={{ $files }}/password
- --health-host=0.0.0.0
- --health-port=9464
{{- end }}
{{- if eq .Values.mode "serve" }}
- --listen=0.0.0.0:8646
{{- end }}
{{- if .Values.testnet }}
- --testnet
{{- end }}
{{- if and .Values.externalUrl (ne .Values.mode "gateway") }}
- --external-url={{ .Values.externalUrl }}
{{- end }}
{{- if and .Values.secrets.fourEye.secretName (ne .Values.mode "gateway") }}
- --four-eye-secret={{ $files }}/four-eye
{{- end }}
{{- range .Values.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end }}

{{- define "custos.env" -}}
{{- $database := ternary "CUSTOS_QUEUE" "CUSTOS_STORE" (eq .Values.mode "gateway") -}}
- name: HOME
  value: /var/lib/custos
- name: {{ $database }}
{{- if include "custos.isSqlite" . }}
  value: /var/lib/custos/data/{{ ternary "queue.db" "store.db" (eq .Values.mode "gateway") }}
{{- else }}
  valueFrom:
    secretKeyRef:
      name: {{ .Values.store.postgres.secretName }}
      key: {{ .Values.store.postgres.key }}
{{- end }}
{{- if .Values.secrets.apiKey.secretName }}
- name: {{ ternary "CUSTOS_GATEWAY_API_KEY" "CUSTOS_API_KEY" (eq .Values.mode "gateway") }}
  valueFrom:
    secretKeyRef:
      name: {{ .Values.secrets.apiKey.secretName }}
      key: {{ .Values.secrets.apiKey.key }}
{{- end }}
{{- range $name, $value := .Values.settings }}
- name: {{ $name }}
  value: {{ $value | quote }}
{{- end }}
{{- end }}

{{- define "custos.pod" -}}
metadata:
  labels:
    {{- include "custos.labels" . | nindent 4 }}
  {{- with .Values.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  serviceAccountName: {{ include "custos.account" . }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with .Values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    # So that the volume can be written and the files of Secrets be read.
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile:
      {{- if .Values.seccompProfile }}
      type: Localhost
      localhostProfile: {{ .Values.seccompProfile }}
      {{- else }}
      type: RuntimeDefault
      {{- end }}
  # A daemon finishes open work for at most 30 seconds.
  terminationGracePeriodSeconds: 45
  containers:
    - name: custos
      image: {{ include "custos.image" . }}
      imagePullPolicy: {{ .Values.image.pullPolicy }}
      {{- if .Values.maintenance }}
      command: [/nodejs/bin/node, -e, "process.on('SIGTERM', () => process.exit()); setInterval(() => {}, 1e9)"]
      {{- else }}
      args:
        {{- include "custos.args" . | nindent 8 }}
      {{- end }}
      env:
        {{- include "custos.env" . | nindent 8 }}
      {{- with .Values.secrets.settings.secretName }}
      envFrom:
        - secretRef:
            name: {{ . }}
      {{- end }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities:
          drop: [ALL]
      ports:
        {{- if eq .Values.mode "serve" }}
        - { name: api, containerPort: 8646 }
        {{- end }}
        - name: metrics
          containerPort: {{ ternary 8645 9464 (eq .Values.mode "gateway") }}
      {{- if not .Values.maintenance }}
      startupProbe:
        httpGet: { path: /health, port: metrics }
        periodSeconds: 2
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /health, port: metrics }
        periodSeconds: 10
        timeoutSeconds: 10
        failureThreshold: 6
      # Never the liveness probe: a restart does not bring back a node that is away.
      readinessProbe:
        httpGet: { path: /ready, port: metrics }
        periodSeconds: 10
        timeoutSeconds: 5
      {{- end }}
      resources:
        {{- toYaml .Values.resources | nindent 8 }}
      volumeMounts:
        - { name: data, mountPath: /var/lib/custos }
        - { name: tmp, mountPath: /tmp }
        {{- if ne .Values.mode "gateway" }}
        - { name: secrets, mountPath: /run/secrets/custos, readOnly: true }
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: { medium: Memory, sizeLimit: 16Mi }
    {{- if not (include "custos.isSqlite" .) }}
    - name: data
      emptyDir: {}
    {{- end }}
    {{- if ne .Values.mode "gateway" }}
    - name: secrets
      projected:
        defaultMode: 0440
        sources:
          - secret:
              name: {{ .Values.secrets.password.secretName }}
              items: [{ key: {{ .Values.secrets.password.key }}, path: password }]
          {{- if .Values.secrets.fourEye.secretName }}
          - secret:
              name: {{ .Values.secrets.fourEye.secretName }}
              items: [{ key: {{ .Values.secrets.fourEye.key }}, path: four-eye }]
          {{- end }}
    {{- end }}
  {{- with .Values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .Values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
