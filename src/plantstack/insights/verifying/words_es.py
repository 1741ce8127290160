"""Spanish: the sense of words that claim something, and words that claim nothing; see `words_en`."""

SENSES = {
    "already": "ya",
    "count": "cuántas cuántos cuánto número número_de cantidad_de",
    "count piece": "número_de_piezas cantidad_de_piezas recuento conteo",
    "lost present": "está_perdiendo están_perdiendo",
    "made present": "está_produciendo está_fabricando está_haciendo",
    "plus present": "está_subiendo está_aumentando",
    "minus present": "está_bajando está_disminuyendo",
    "made": (
        "hizo hechas produjo produce producidas fabricó fabricadas fabrica producción hicieron produjeron "
        "completó fabricaron fabricando produciendo producido producidos elaboró elaboradas hechos realizó "
        "fabricado fabricados terminó_con cerró_con entregó logró sacó completado completadas "
        "producción_de hacía ha_hecho ha_fabricado ha_producido obtuvo obtenidas obtenido obtenidos montó "
        "procesó procesadas entregado entregadas producción_total terminadas sacado salieron confeccionó "
        "fabricarse hacerse"
    ),
    "good": "buena buenas buenos bueno conformes conforme correctas",
    "piece": "pieza piezas unidades unidad cantidad partes productos artículos componentes",
    "plan": (
        "plan planificado planificadas previsto previstas previsión planificados planificada planeado "
        "planeadas planeada previsto_en programado programadas programada lo_previsto lo_planificado "
        "planes planeados prevista plan_de_producción plan_de_fabricación cantidad_prevista "
        "cantidad_planificada lo_programado lo_planeado"
    ),
    "met": (
        "cumplido cumplió alcanzado alcanzó cumplimiento cumple alcanzada alcanzando logrado logró cumpliendo"
    ),
    "scrap": (
        "chatarra rechazadas rechazos desechó desecharon desechadas rechazó tasa_de_chatarra "
        "índice_de_chatarra porcentaje_de_chatarra chatarras desechados rechazo rechazada descartó "
        "descartadas piezas_de_chatarra desperdicio desechado descarte descartes desechos desperdiciadas "
        "merma mermas chatarra_generada achatarradas achatarró acabaron_en_chatarra"
    ),
    "stop": (
        "parada paradas parado paró detenida detenido paro detenidas detenidos paros detención detenciones "
        "parados inactiva inactivo se_detuvo detuvo no_funciona no_está_funcionando no_está_en_marcha "
        "sin_funcionar fuera_de_servicio fuera_de_funcionamiento no_trabaja interrupción interrupciones "
        "detuvieron pararse"
    ),
    "lost": (
        "perdió perdieron perdidas perder perdidos pérdida pérdidas pierde perdido perdida pierden "
        "perdiendo se_perdieron pérdida_de tiempo_perdido perdiéndose perdiera pierda pérdida_de_tiempo "
        "desperdiciado desperdició"
    ),
    "run": (
        "marcha funciona funcionando trabaja trabajando opera funcionó va_al va_a funcionamiento operando "
        "trabajó funcionar andando rodando en_curso ejecutando ejecución en_ejecución en_producción "
        "en_proceso en_funcionamiento producirse se_está_produciendo se_está_fabricando se_está_ejecutando "
        "trabajan operativa rinde"
    ),
    "pace": "ritmo velocidad cadencia velocidad_nominal",
    "reason": (
        "motivo motivos razón explicación razones justificación causa_registrada explicaciones "
        "justificaciones"
    ),
    "not reason": "inexplicada inexplicadas injustificada injustificadas",
    "wait": (
        "espera esperando esperó a_la_espera_de a_la_espera esperando_a en_espera espera_de en_espera_de "
        "esperar aguarda aguardando lleva_esperando aguarda_a espera_a esperan esperando_por"
    ),
    "call": (
        "llamada llamadas ayuda solicitud aviso petición llamado llamamiento llamó llama solicita solicitó "
        "pidió pide"
    ),
    "hold": (
        "retenida retenidas retenido bloqueadas retenidos retención bloqueada bloqueado bloqueados "
        "en_retención inmovilizadas apartadas apartados paralizadas"
    ),
    "safety": "seguridad evento_de_seguridad incidente_de_seguridad aviso_de_seguridad suceso_de_seguridad",
    "person": (
        "persona personas gente personal empleados empleado trabajadores trabajador operarios operario "
        "alguien plantilla colaborador colaboradores empleadas trabajadoras operaria operarias compañero "
        "compañeros efectivos relevo sustituto sustitutos refuerzo refuerzos mano_de_obra"
    ),
    "lack": (
        "falta faltan faltando faltaron faltante faltantes carece faltaban hace_falta hacen_falta escasez "
        "falta_de personal_insuficiente"
    ),
    "need": (
        "necesaria necesario necesita necesitan necesarias necesarios requiere requieren requerida "
        "necesidad precisa precisan requerido requeridas requeridos se_necesita se_necesitan"
    ),
    "material": "material",
    "staged": (
        "preparado preparar listo preparada preparados lista listos preparadas prepara dispuesto "
        "preparación prepare prepárese disponer disponible_en_línea preparando alistar aliste alistado "
        "preparen prepárelo"
    ),
    "order": "orden órdenes pedido",
    "changeover": (
        "cambio cambios cambio_de_formato cambios_de_formato preparaciones cambio_de_utillaje ajustes "
        "cambios_de_referencia cambios_de_serie cambio_de_serie cambios_de_producto preparación_de_máquina"
    ),
    "standard": "estándar norma tiempo_estándar estándares",
    "together": (
        "total juntas conjunto en_total totales juntos en_conjunto suman sumando en_suma totalizan "
        "acumulado acumulan un_total_de total_de sumaron conjunto_de sumadas sumados totalizando totaliza "
        "acumulado_de acumuladas acumulados suman_en_total en_su_conjunto"
    ),
    "move": (
        "mover trasladar pasar enviar mandar traslade traslado mueva desplazar desplace transferir "
        "transfiera reubicar reubique envíe mande pase reasignar reasigne asignar desplazando traslada "
        "reubica asigna destinar destine derivar derive ceder"
    ),
    "set": (
        "marca fija determina define establece impone dicta marcado determinado fijado marcan fije marque "
        "impuesto dictado condiciona"
    ),
    "due": "plazo vencimiento fecha_límite fecha_de_entrega plazos hora_límite fecha_prevista",
    "end": (
        "terminar terminará termina acabará acaba finalizar finaliza finalizará terminado acabar termine "
        "acabe finalice terminaría concluye terminada terminando conclusión finalización concluir "
        "concluirá completarse terminarse"
    ),
    "begin": "empieza comienza inicio inicia empezar comenzar arranca comienzo iniciar empezará",
    "decide": "decidir decisión decida decidir_qué_hacer tomar_una_decisión tome_una_decisión decídase",
    "watch": (
        "ojo_con vigilar observar vigile vigilancia observe supervisar supervise seguir_de_cerca controlar "
        "monitorizar vigilarse seguimiento siga_de_cerca esté_atento estar_atento control "
        "observar_de_cerca vigilando supervisión no_perder_de_vista"
    ),
    "answer": (
        "atender responder atienda responda conteste contestar atendida responder_a atención atenderse "
        "ocuparse ocúpese encargarse encárguese acudir acuda resolver"
    ),
    "open": (
        "abierta abierto abiertas abiertos pendiente pendientes sin_atender sin_responder sin_resolver "
        "sin_contestar"
    ),
    "known": "conocen conocidas conoce sabe saben conocido conocida conocen_datos constan_datos",
    "not known": (
        "desconocidas desconoce desconocen desconocido desconocida desconocidos no_hay_datos no_disponible "
        "no_hay_información sin_datos sin_información no_disponibles"
    ),
    "told": (
        "comunicó comunicado informó indicado registrado registrada comunicada informado anotado "
        "especificado asignado asignada indicada señalado constan consta declarado documentado notificado "
        "dado dada dieron introducido introducida anotada apuntado facilitado explicado"
    ),
    "money": "dinero",
    "plus": (
        "más por_encima subió sube subido aumentó aumento mayor superó creció adelante excedió ganó "
        "adelantada incrementó incremento aumentado incrementado superando superado supera subiendo "
        "aumentando exceso excedente superávit crecido crecieron ascendió elevó se_elevó adicionales "
        "por_encima_de rebasó rebasando rebasa sobrepasó sobrepasa sobrepasando excedieron supere superior "
        "superiores crece de_más sobrante sobrantes superaron excede"
    ),
    "minus": (
        "menos por_debajo bajó baja bajado disminuyó cayó menor retraso redujo reducción descendió detrás "
        "reduce reducida reducido disminución bajando disminuido descenso por_detrás debajo déficit "
        "faltan_para inferior recortó caído retrasada atrás redujeron inferior_a por_debajo_de "
        "disminuyeron cayendo cayeron bajaron inferiores recorte bajando_hasta no_llegó_al no_alcanzó_el "
        "no_cumplió_el no_llegó_a no_alcanzó no_cumplió atrasada atrasado atraso de_menos rezagada "
        "descendido descendieron"
    ),
    "better": "mejor mejoró mejora",
    "worse": "peor empeoró mal",
    "cause": "debido causa causó causado por_eso provocó provocado gracias consecuencia culpa",
    "not": "no sin nunca nadie nada ningún ninguna ninguno jamás ni apenas",
    "may": (
        "puede podría quizás quizá tal_vez posiblemente probablemente parece podrían pueda puede_que "
        "es_posible_que posible es_posible cabe_la_posibilidad corre_el_riesgo riesgo"
    ),
    "sure": (
        "por_pieza por_unidad por_persona seguramente ciertamente claramente sin_duda definitivamente "
        "siempre garantizado"
    ),
    "super": (
        "máximo mínimo peores mejores primero primera principal récord la_mayor la_más el_más la_menor "
        "ante_todo lo_primero antes_que_nada en_primer_lugar prioridad"
    ),
    "all": "todo todos toda todas cada entero entera",
    "only": "solo sólo solamente únicamente",
    "some": "algunos algunas varios varias muchos muchas pocos pocas",
    "part": "mitad tercio cuarto mayoría minoría parcialmente",
    "ratio": "doble duplicó triple triplicó docena cientos miles",
    "since": "desde",
    "most": "hasta como_máximo como_mucho un_máximo_de máximo_de un_tope_de",
    "after": "después después_de después_del tras_su_plazo más_tarde_de",
    "before": "anterior previo antes previa anteriores precedente turno_pasado turno_anterior turno_previo",
    "shift": "turno terminó_el_turno acabó_el_turno",
    "approx nearly": "casi",
    "or": "o u",
    "though": "pero aunque sino",
    "when": "cuando",
    "still": "aún todavía sigue siguen continúa continúan",
    "again": "nuevo otra_vez",
    "yesterday": "ayer recientemente",
    "today": "hoy",
    "tomorrow": "mañana próximo pronto",
    "week": "semana semanas mes meses año",
    "hour": "día tarde noche mediodía medianoche diario",
    "now": "ahora actualmente en_este_momento actualidad en_estos_momentos",
    "often": "normalmente frecuentemente habitualmente constantemente",
    "from": "de del",
    "to": "a al hacia hasta_el",
    "target": "objetivo objetivos meta metas valor_objetivo debe_alcanzar debería_alcanzar aspira_a",
    "restore": (
        "poner volver devolver devuelva recuperar recupere vuelva volver_a restablecer poner_de_nuevo "
        "llevar_de_nuevo ponga regresar retornar lograr_que_vuelva haga_que_vuelva regrese retorne reponer "
        "retomar retome recuperación recuperarse"
    ),
    "cost": "costó cuesta costaron cuestan costado coste costo",
    "find": (
        "buscar busque encontrar encuentre conseguir consiga localizar búsqueda busca buscando reclutar "
        "hallar consígase"
    ),
    "will": "terminará acabará va_a_terminar finalizará por_hacer por_fabricar por_producir",
    "was": "estaba estaban estuvo era eran fue fueron había tenía funcionó paró esperó",
    "present": "produce fabrica pierde sube baja perder",
    "approx": (
        "unas unos aproximadamente cerca alrededor aproximadas más_o_menos en_torno_a alrededor_de "
        "cerca_de aproximado estimadas aproximada aproximados"
    ),
    "against": (
        "frente comparado que respecto en_comparación_con comparación en_comparación comparada en_lugar_de "
        "en_vez_de con_respecto_a respecto_a respecto_al frente_a frente_al en_relación_con comparado_con "
        "comparando en_relación_al"
    ),
    "run since": "va_desde",
    "restore run": (
        "ponerla_en_marcha ponerlo_en_marcha "
        "arrancar arranque reiniciar reanudar reinicie ponga_en_marcha poner_en_marcha "
        "poner_de_nuevo_en_marcha ponga_de_nuevo_en_marcha volver_a_poner_en_marcha "
        "vuelva_a_poner_en_marcha poner_otra_vez_en_marcha arranque_de_nuevo reactivar reactive reanude "
        "relance relanzar"
    ),
    "must": (
        "hay_que debe deben debería deberían conviene es_necesario tiene_que tienen_que se_debe es_preciso"
    ),
    "because": "ya_que porque puesto_que dado_que pues debido_a_que",
    "thus": "por_tanto por_lo_tanto así_que por_consiguiente",
    "exist": (
        "existía existe existen hubo_ningún disponible definido establecido vigente existiera existiese "
        "hubiera hubiese ninguna_clase"
    ),
    "between": "entre",
    "after due": "fuera_de_plazo con_retraso tarde_del_plazo",
    "plan again": (
        "replanificar replanifique planificar_de_nuevo volver_a_planificar reprogramar reprograme "
        "planifique_de_nuevo replanificada replanificarse planificarse_de_nuevo"
    ),
    "of": "de_las de_los de_la",
    "plus need": "sobra sobran sobrando",
    "aimed": "para_cumplir para_alcanzar para_llegar_al para_completar para_llegar",
}
# What words may mean in another sentence.
OTHERS = {
    "light": "poner",
    "not": "falta faltan pendiente pendientes",
    "concord": "ningún ninguna ninguno nada nadie",
    "minus": "retraso retrasada inferior",
    "minus gap": "falta faltan faltaron",
    "which": "que",
    "plus": "pasó",
    "run": "va marcha trabajando produciendo",
    "lack": "menos_gente de_menos",
    "stop": "inactiva",
    "from": "desde",
    "spent": "necesitó requirió necesitaron requirieron requiriendo",
    "made reckoned": "alcanzó registró acumuló acumula consiguió",
    "lost taken": "costó costaron quitó quitaron",
    "staged": "disponible",
    "exist": "asignado disponible fijado fijada",
    "must wanted": "necesita necesitan requiere requieren",
    "reason": "causa causas",
    "by": "en por",
    "decide": "determine determinar definir defina",
    "told": "asignado",
    "move": "llevar lleve",
    "restore": "llevar lleve",
    "reckoned": "alcanza alcanzó",
}
NEUTRAL = (
    "hemos el la los las un una es son está están ha han y e en con su sus se lo le hay ser estar para por "
    "como también mientras tiene tuvo tienen quedó quedan lleva llevan duró duraron dura supone suponen "
    "quedó_en resultó fueron_a hacen hace tras entre_ellas uno esto eso este esta ese esa equivale durante "
    "cuenta suma sumó hubo cual cuales va decir es_decir quedando quedaron se_quedó situó situándose sitúa "
    "situarse equivalente equivalentes equivale_a representa representan representó correspondiente lo_que "
    "haya hayan máquina equipo duración duran nivel llevaba que_lleva por_su_parte a_razón indica hacer "
    "sobre qué qué_hacer lo_cual lo_que_supone lo_que_equivale lo_que_representa esta_línea alcanzó_un "
    "lo_que_equivale_a "
    "alcanza_un evento incidente favor por_favor sido siendo donde cuyo cuya dentro ahí allí cerró "
    "tasa llegó resulta valor registró registra presenta presentó constaba "
    "figura dejar deje dé ascendieron ascendía ascendió_a totalidad acumula acumuló acumulaba acumulando "
    "dio dan da fuera tal cuál cuáles nos nosotros cifra cifras situada situado tras_ello "
    "o_sea vale sea sean así ocurrió ocurrido registrándose presentaba mostró muestra pasó_de cambió "
    "medido midió"
)
UNITS = {
    "time:1": "s seg segundo segundos",
    "time:60": "min minuto minutos",
    "time:3600": "h hora horas",
    "time:86400": "d días",
    "share:0.01": "%",
    "times:1": "× veces",
}
NUMBERS = "dos tres cuatro cinco seis siete ocho nueve diez once doce"
PREPOSITIONS = (
    "de:of del:of con:of desde:from a:to al:to en:at para:for por:by a_la_espera_de:to esperando_a:to "
    "en_espera_de:to hacia:to entre:from desde_el:from responder_a:of espera_a:to esperando_por:to "
    "aguarda_a:to espera_de:to"
)
ARTICLES = "el la los las un una su sus"
JOINING = "y e o que cual cuales como también lo se le hubo hay había ya donde cuando mientras"
HAVING = "tiene tuvo tienen registró registra presentó muestra mostró"
BEING = "es son está están hay"
ASKING = ""
ORDERS = (
    "ojo_con "
    "poner volver devolver buscar preparar mover trasladar pasar enviar mandar decidir vigilar observar "
    "atender responder replanificar recuperar registrar ponga traslade mueva desplazar desplace transferir "
    "transfiera reubicar reubique envíe mande pase reasignar reasigne prepare devuelva recupere busque "
    "encontrar encuentre conseguir consiga localizar decida vigile observe supervisar supervise atienda "
    "responda responder_a conteste contestar replanifique planificar_de_nuevo reprogramar reprograme "
    "arrancar arranque reiniciar reanudar reinicie poner_en_marcha ponga_en_marcha tomar_una_decisión "
    "tome_una_decisión seguir_de_cerca decidir_qué_hacer volver_a restablecer planifique_de_nuevo "
    "volver_a_planificar poner_de_nuevo_en_marcha ponga_de_nuevo_en_marcha llevar lleve ceder destinar "
    "destine ocuparse ocúpese encargarse encárguese acudir acuda resolver siga_de_cerca estar_atento "
    "esté_atento volver_a_poner_en_marcha vuelva_a_poner_en_marcha reactivar reactive reanude determine "
    "determinar definir defina hallar retome retomar"
)
LIGHT = "dejar deje hacer haga llevar lleve"
RELATING = "por_debajo por_debajo_de por_encima por_encima_de detrás"
PARTICLES = ""
DONE = "ha han fue fueron hizo"
IS_FIRST = False
WAITING = "de del en a al con para desde el los las un una su sus"
CONJUNCTIONS = "y e"
ADDRESSED = ""
ENDINGS = "ad>ar ed>er id>ir s> es> a>o as>o as>os os>o os>a os>as o>a o>as o>os a>as a>os"
