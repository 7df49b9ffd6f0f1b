package main

import (
	"errors"

	"github.com/spf13/cobra"
)

func importCommand(e *env) *cobra.Command {
	return &cobra.Command{Use: "import FILE|DIR|-"}
}

func (e *env) importFiles(from []string, pkg string, factor bool) ([]byte, error) {
	return nil, errors.New("")
}
