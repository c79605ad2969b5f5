/** The look of the report, on screens light and dark, and on paper. */
export const REPORT_STYLE = `
:root{color-scheme:light dark;--ink:#14201d;--dim:#566660;--paper:#fff;--line:#d5dedb;--new:#1f78b4;--again:#c26a00;--gap:#8886}
@media (prefers-color-scheme:dark){:root{--ink:#eef4f2;--dim:#9fb0aa;--paper:#111917;--line:#2c3a36;--new:#56b4e9;--again:#e69f00}}
body{font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:1100px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.5rem}
dt{color:var(--dim)}dd{margin:0;overflow-wrap:anywhere}
svg{width:100%;height:auto;font:11px system-ui,sans-serif;fill:var(--ink)}
svg .row{text-anchor:end}svg .tick{stroke:var(--line)}svg .gap{fill:var(--gap)}
svg .new{fill:var(--new)}svg .again{fill:var(--again);stroke:var(--ink);stroke-width:1}
svg.key{width:14px;height:10px;margin-right:4px}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid var(--line)}
img{display:block;max-width:120px;max-height:90px}
footer{color:var(--dim);margin-top:2rem}
@media print{body{margin:0;max-width:none}tr{break-inside:avoid}}
`;
