package report

import "github.com/podcue/podcue/finding"

// The part of SARIF 2.1.0 that a report has; the names are those of the standard.

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool       sarifTool     `json:"tool"`
	ColumnKind string        `json:"columnKind"`
	Results    []sarifResult `json:"results"`
}

type sarifTool struct {
	Driver sarifDriver `json:"driver"`
}

type sarifDriver struct {
	Name           string      `json:"name"`
	Version        string      `json:"version,omitempty"`
	InformationURI string      `json:"informationUri"`
	Rules          []sarifRule `json:"rules"`
}

type sarifRule struct {
	ID            string               `json:"id"`
	Short         *sarifMessage        `json:"shortDescription,omitempty"`
	Full          *sarifMessage        `json:"fullDescription,omitempty"`
	Help          *sarifMessage        `json:"help,omitempty"`
	Configuration sarifConfiguration   `json:"defaultConfiguration"`
	Properties    *sarifRuleProperties `json:"properties,omitempty"`
}

type sarifConfiguration struct {
	Level string `json:"level"`
}

type sarifRuleProperties struct {
	Tags             []string `json:"tags"`
	SecuritySeverity string   `json:"security-severity,omitempty"` // of code scanning: a CVSS score
}

type sarifResult struct {
	RuleID       string                 `json:"ruleId"`
	RuleIndex    int                    `json:"ruleIndex"`
	Level        string                 `json:"level"`
	Message      sarifMessage           `json:"message"`
	Locations    []sarifLocation        `json:"locations"`
	Related      []sarifLocation        `json:"relatedLocations,omitempty"`
	Fingerprints map[string]string      `json:"partialFingerprints"`
	Baseline     string                 `json:"baselineState,omitempty"`
	Suppressions []sarifSuppression     `json:"suppressions,omitempty"`
	Properties   *sarifResultProperties `json:"properties,omitempty"`
}

type sarifResultProperties struct {
	PSS *finding.PSS `json:"pss"`
}

type sarifMessage struct {
	Text string `json:"text"`
}

type sarifLocation struct {
	ID       int            `json:"id,omitempty"`
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
	Message  *sarifMessage  `json:"message,omitempty"`
}

type sarifPhysical struct {
	Artifact sarifArtifact `json:"artifactLocation"`
	Region   sarifRegion   `json:"region"`
}

type sarifArtifact struct {
	URI    string `json:"uri"`
	BaseID string `json:"uriBaseId,omitempty"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitempty"`
}

type sarifLogical struct {
	Name     string `json:"name"`
	FullName string `json:"fullyQualifiedName"`
	Kind     string `json:"kind"`
}

type sarifSuppression struct {
	Kind          string `json:"kind"`
	Status        string `json:"status"`
	Justification string `json:"justification"`
}
