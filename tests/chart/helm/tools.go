//go:build tools

// Package helm keeps helm in go.mod: `go mod tidy` drops what nothing imports.
package helm

import _ "helm.sh/helm/v3/cmd/helm"
