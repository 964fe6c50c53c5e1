import type { Dataquery } from "@grafana/grafana-foundation-sdk/prometheus";
import type { Options as StatOptions } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type { FieldConfig as TableFields, Options as TableOptions } from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type { FieldConfig as GraphFields, Options as GraphOptions } from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";
import type { Dashboard, FieldConfig, FieldConfigSource, Panel, RowPanel } from "@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen";

/** A dashboard of Prometheus as Grafana publishes its form, each kind of panel with the options that are its own. */
export type GrafanaDashboard = Json<Omit<Dashboard, "panels"> & {
  panels: (RowPanel | PanelOf<"stat", StatOptions, never> | PanelOf<"table", TableOptions, TableFields> | PanelOf<"timeseries", GraphOptions, GraphFields>)[];
}>;

type PanelOf<Kind extends string, Options, Custom> = Omit<Panel, "type" | "options" | "fieldConfig" | "targets"> & {
  type: Kind;
  options: Options;
  fieldConfig: Omit<FieldConfigSource, "defaults"> & { defaults: Omit<FieldConfig, "custom"> & { custom?: Custom } };
  targets: Omit<Dataquery, "_implementsDataqueryVariant">[];
};

/** The same in a file, where a member of an enumeration is its value. */
type Json<T> =
  unknown extends T ? T
  : T extends string ? `${T}`
  : T extends number | boolean | null | undefined ? T
  : T extends (infer Item)[] ? Json<Item>[]
  : { [Key in keyof T]: Json<T[Key]> };
