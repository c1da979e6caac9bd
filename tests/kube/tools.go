//go:build tools

// Package kube keeps the servers of the kube tests in go.mod: `go mod tidy` drops what nothing imports.
package kube

import (
	_ "k8s.io/kubernetes/cmd/kube-apiserver/app"
	_ "k8s.io/kubernetes/cmd/kube-controller-manager/app"
)
